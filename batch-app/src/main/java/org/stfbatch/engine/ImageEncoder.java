package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.VisionTokens;

/**
 * Encodes the images of sequences in batches.
 *
 * <p>If every image has the same number of vision tokens, a sequence is laid out when it is
 * submitted, and its images are encoded when its prompt is run. If the number depends on the image,
 * the image is encoded first, in one call with images of the sequences that wait behind it.
 * Sequences keep their vision tokens until these are run. The next call happens only when the next
 * sequence has none, so at most one call's images are encoded ahead.
 *
 * <p>Used by the device thread only.
 */
final class ImageEncoder {
  /**
   * Maximum number of images in a call: enough images of CLIP-L to keep matrix kernels busy, few
   * enough to keep activations small.
   */
  private static final int IMAGES_OF_A_CALL = 14;

  private final VisionLanguageModel model;
  private final PrefixCache prefixCache;
  private final Collection<Sequence> inFlight;
  private final Collection<Sequence> waiting;
  private final EngineMeter meter;
  private final PromptFusion fusion;

  /**
   * @param prefixCache prefixes whose images need not be encoded again
   * @param inFlight sequences taken from the queue and without an outcome; a view
   * @param waiting the sequences that come next, in their order; a view
   * @param fusion of the prompts of LLaVA-Mini
   */
  ImageEncoder(
      VisionLanguageModel model,
      PrefixCache prefixCache,
      Collection<Sequence> inFlight,
      Collection<Sequence> waiting,
      EngineMeter meter,
      PromptFusion fusion) {
    this.model = model;
    this.prefixCache = prefixCache;
    this.inFlight = inFlight;
    this.waiting = waiting;
    this.meter = meter;
    this.fusion = fusion;
  }

  /**
   * Lays out a sequence whose length depends on its images. Waiting sequences with the same images,
   * or whose images still fit into the call, are laid out with it, unless the sequence is retried:
   * its last call may have failed because of one of those.
   *
   * @param next the next one to enter; in flight, and no longer in the queue
   */
  void layOut(Sequence next) {
    OptionalInt tokens = cachedTokens(next);
    if (tokens.isPresent()) {
      next.layOut(new int[] {tokens.getAsInt()});
      return;
    }
    Map<String, VisionTokens> encoded = kept();
    Map<String, Pixels> missing = missing(next, encoded);
    List<Sequence> together = new ArrayList<>(List.of(next));
    if (!missing.isEmpty() && next.attempts() == 1) {
      addWaiting(encoded, missing, together);
    }
    encoded.putAll(encoded(missing));
    for (Sequence sequence : together) {
      sequence.layOut(
          VisionTokens.joined(
              sequence.images().stream().map(image -> encoded.get(image.contentHash())).toList()));
    }
  }

  private OptionalInt cachedTokens(Sequence sequence) {
    return sequence.wantedPrefix().map(prefixCache::imageTokens).orElseGet(OptionalInt::empty);
  }

  /** Returns the vision tokens that sequences keep, by image hash. */
  private Map<String, VisionTokens> kept() {
    Map<String, VisionTokens> kept = new HashMap<>();
    Stream.concat(inFlight.stream(), waiting.stream())
        .filter(sequence -> sequence.encoded().isPresent())
        .forEach(
            sequence -> {
              for (int i = 0; i < sequence.images().size(); i++) {
                kept.put(
                    sequence.images().get(i).contentHash(), sequence.encoded().get().picture(i));
              }
            });
    return kept;
  }

  /** Returns the sequence's images that are not encoded, by hash. */
  private static Map<String, Pixels> missing(Sequence sequence, Map<String, VisionTokens> encoded) {
    Map<String, Pixels> missing = new LinkedHashMap<>();
    for (Pixels image : sequence.images()) {
      if (!encoded.containsKey(image.contentHash())) {
        missing.put(image.contentHash(), image);
      }
    }
    return missing;
  }

  private void addWaiting(
      Map<String, VisionTokens> encoded, Map<String, Pixels> missing, List<Sequence> together) {
    for (Sequence sequence : waiting) {
      if (sequence.isLaidOut() || cachedTokens(sequence).isPresent()) {
        continue;
      }
      Map<String, Pixels> more = new LinkedHashMap<>(missing);
      more.putAll(missing(sequence, encoded));
      if (more.size() > Math.max(missing.size(), IMAGES_OF_A_CALL)) {
        return;
      }
      missing.putAll(more);
      together.add(sequence);
    }
  }

  /** Encodes images; returns the tokens by image hash. */
  private Map<String, VisionTokens> encoded(Map<String, Pixels> images) {
    List<String> hashes = List.copyOf(images.keySet());
    Map<String, VisionTokens> encoded = new HashMap<>();
    for (int first = 0; first < hashes.size(); first += IMAGES_OF_A_CALL) {
      List<String> call = hashes.subList(first, Math.min(hashes.size(), first + IMAGES_OF_A_CALL));
      VisionTokens tokens = encode(call.stream().map(images::get).toList());
      for (int i = 0; i < call.size(); i++) {
        encoded.put(call.get(i), tokens.picture(i));
      }
    }
    return encoded;
  }

  private VisionTokens encode(List<Pixels> images) {
    List<byte[]> pixels = images.stream().map(Pixels::chw).toList();
    return pixels.isEmpty()
        ? VisionTokens.none(model.config().language().hiddenSize())
        : meter.encoding(pixels.size(), () -> model.encodeImages(pixels));
  }

  /**
   * Returns the vision tokens of laid-out sequences, in sequence order: those that sequences keep,
   * and for the others newly encoded ones. The sequences keep none from then on. Of fused prompts,
   * it returns the rows of all positions, as one image a sequence.
   *
   * @throws org.stfbatch.model.ModelException if an image has another number of tokens than its
   *     sequence was laid out for
   */
  VisionTokens take(List<? extends Sequence> sequences) {
    if (!sequences.isEmpty() && sequences.get(0).isFused()) {
      return fusion.fuse(sequences);
    }
    List<? extends Sequence> unencoded =
        sequences.stream().filter(sequence -> sequence.encoded().isEmpty()).toList();
    VisionTokens fresh =
        encode(unencoded.stream().flatMap(sequence -> sequence.images().stream()).toList());
    VisionTokens all = unencoded.size() == sequences.size() ? fresh : merged(sequences, fresh);
    int image = 0;
    for (Sequence sequence : sequences) {
      sequence.dropEncoded();
      for (int i = 0; i < sequence.images().size(); i++) {
        sequence.requireImageTokens(i, all.counts()[image++]);
      }
    }
    return all;
  }

  /**
   * Clears the layout of a sequence that goes back to the queue, if it depends on the encoded
   * images.
   */
  void clearLayout(Sequence sequence) {
    if (model.tokensPerImage().isEmpty() && !sequence.images().isEmpty()) {
      sequence.clearLayout();
    }
  }

  private static VisionTokens merged(List<? extends Sequence> sequences, VisionTokens fresh) {
    List<VisionTokens> parts = new ArrayList<>();
    int next = 0;
    for (Sequence sequence : sequences) {
      if (sequence.encoded().isPresent()) {
        parts.add(sequence.encoded().get());
      } else {
        for (int i = 0; i < sequence.images().size(); i++) {
          parts.add(fresh.picture(next++));
        }
      }
    }
    return VisionTokens.joined(parts);
  }
}
