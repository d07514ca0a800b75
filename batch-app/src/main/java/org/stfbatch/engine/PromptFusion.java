package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.VisionTokens;

/**
 * LLaVA-Mini's pre-fusion of the prompts of entering sequences. What does not depend on a question
 * is computed once an image: its encoding and its rows in the layers of pre-fusion. These stay in
 * the model's entries for the images that were used last. Used by the device thread only.
 */
final class PromptFusion {
  /**
   * Number of images in a call, and of those that are kept: enough rows to keep matrix kernels
   * busy, few enough to keep activations and entries small.
   */
  private static final int IMAGES = 4;

  private final VisionLanguageModel model;
  private final EngineMeter meter;
  private final boolean reuse;

  /** The entry of each kept image, by the hash of its content; least recently used first. */
  private final Map<String, Integer> entries = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param reuse whether questions about one image share its computation
   */
  PromptFusion(VisionLanguageModel model, EngineMeter meter, boolean reuse) {
    this.model = model;
    this.meter = meter;
    this.reuse = reuse;
  }

  /**
   * Pre-fuses prompts with one image each.
   *
   * @return the embeddings of each prompt's positions, in the order of the sequences
   */
  VisionTokens fuse(List<? extends Sequence> sequences) {
    if (sequences.isEmpty()) {
      return VisionTokens.none(model.config().language().hiddenSize());
    }
    Map<String, List<Integer>> byImage = new LinkedHashMap<>();
    for (int i = 0; i < sequences.size(); i++) {
      byImage.computeIfAbsent(key(sequences.get(i), i), key -> new ArrayList<>()).add(i);
    }
    VisionTokens[] fused = new VisionTokens[sequences.size()];
    List<String> images = List.copyOf(byImage.keySet());
    for (int first = 0; first < images.size(); first += IMAGES) {
      List<String> call = images.subList(first, Math.min(images.size(), first + IMAGES));
      provide(call, byImage, sequences);
      fuse(call, byImage, sequences, fused);
    }
    return VisionTokens.joined(Arrays.asList(fused));
  }

  private String key(Sequence sequence, int index) {
    return reuse ? sequence.images().get(0).contentHash() : "sequence " + index;
  }

  /** Computes the entries of images that have none. */
  private void provide(
      List<String> images, Map<String, List<Integer>> byImage, List<? extends Sequence> sequences) {
    if (!reuse) {
      entries.clear();
    }
    List<String> missing = images.stream().filter(image -> !entries.containsKey(image)).toList();
    meter.prefixHits(
        images.stream().mapToInt(image -> byImage.get(image).size()).sum() - missing.size());
    if (missing.isEmpty()) {
      return;
    }
    int[] free = freeEntries(missing.size(), images);
    List<byte[]> pixels =
        missing.stream()
            .map(image -> sequences.get(byImage.get(image).get(0)).images().get(0).chw())
            .toList();
    meter.encoding(
        pixels.size(),
        () -> {
          model.fuseImages(pixels, free);
          return free;
        });
    for (int i = 0; i < free.length; i++) {
      entries.put(missing.get(i), free[i]);
    }
  }

  /** Takes entries from the images that are not needed now and were not used for longest. */
  private int[] freeEntries(int count, List<String> needed) {
    List<Integer> free =
        new ArrayList<>(
            IntStream.range(0, IMAGES)
                .filter(entry -> !entries.containsValue(entry))
                .boxed()
                .toList());
    for (String image : List.copyOf(entries.keySet())) {
      if (free.size() < count && !needed.contains(image)) {
        free.add(entries.remove(image));
      }
    }
    return Ints.of(free.subList(0, count));
  }

  private void fuse(
      List<String> images,
      Map<String, List<Integer>> byImage,
      List<? extends Sequence> sequences,
      VisionTokens[] fused) {
    List<Integer> indices = new ArrayList<>();
    Map<Integer, Integer> entryOf = new HashMap<>();
    for (String image : images) {
      for (int index : byImage.get(image)) {
        indices.add(index);
        entryOf.put(index, entries.get(image));
      }
    }
    List<int[]> prompts = indices.stream().map(i -> sequences.get(i).fusedIds()).toList();
    int[] used = indices.stream().mapToInt(entryOf::get).toArray();
    VisionTokens rows = meter.encoding(0, () -> model.fusePrompts(prompts, used));
    for (int i = 0; i < indices.size(); i++) {
      fused[indices.get(i)] = rows.picture(i);
    }
  }
}
