package org.stfbatch.compression;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Attention heads of the language model that are kept for vision tokens. */
public sealed interface KeptHeads permits KeptHeads.All, KeptHeads.Masks, KeptHeads.Stored {
  /**
   * How many heads are kept.
   *
   * @param below in the layers whose attention reads the values of vision tokens
   * @param above in the layers from there on
   * @param last in the last layer, which is one of either
   */
  record Count(int below, int above, int last) {}

  /**
   * Returns the heads of an option's value: a file of masks, or what {@link #option} returned.
   *
   * @throws IllegalArgumentException if the file cannot be read; the message names it
   */
  static KeptHeads read(String option) {
    return Stored.parse(option)
        .orElseGet(() -> new Masks(HeadMaskFile.read(Path.of(option.trim()))));
  }

  /**
   * Returns the value of the option; empty if every head is kept.
   *
   * @param layers number of layers whose attention reads the values of vision tokens
   */
  Optional<String> option(int layers);

  /**
   * Returns how many heads are kept.
   *
   * @param layers number of layers whose attention reads the values of vision tokens
   */
  Count count(int layers, CheckpointShape shape);

  /**
   * Returns [layers, heads] whether each head is kept.
   *
   * @param shape one that {@link #check} accepts
   */
  List<List<Boolean>> kept(CheckpointShape shape);

  /**
   * @throws IllegalArgumentException if such a checkpoint has other layers or heads; the message
   *     gives the cure
   */
  void check(CheckpointShape shape);

  /** Every head. */
  record All() implements KeptHeads {
    @Override
    public Optional<String> option(int layers) {
      return Optional.empty();
    }

    @Override
    public Count count(int layers, CheckpointShape shape) {
      int heads = shape.language().attentionHeads();
      return new Count(layers * heads, (shape.languageLayers() - layers) * heads, heads);
    }

    @Override
    public List<List<Boolean>> kept(CheckpointShape shape) {
      return Stream.generate(
              () -> Stream.generate(() -> true).limit(shape.language().attentionHeads()).toList())
          .limit(shape.languageLayers())
          .toList();
    }

    @Override
    public void check(CheckpointShape shape) {
      // Defined for every checkpoint.
    }
  }

  /**
   * The heads of a file.
   *
   * @param masks [layers, heads] whether each head is kept; at least one layer
   */
  record Masks(List<List<Boolean>> masks) implements KeptHeads {
    public Masks {
      masks = masks.stream().map(List::copyOf).toList();
    }

    @Override
    public Optional<String> option(int layers) {
      return Optional.of(new Stored(digest(), count(layers)).option());
    }

    private String digest() {
      ByteBuffer bytes = ByteBuffer.allocate(masks.size() * masks.get(0).size() + Integer.BYTES);
      bytes.putInt(masks.size());
      masks.forEach(layer -> layer.forEach(kept -> bytes.put((byte) (kept ? 1 : 0))));
      try {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.array());
        return HexFormat.of().formatHex(digest, 0, Stored.DIGEST_BYTES);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-256", e);
      }
    }

    @Override
    public Count count(int layers, CheckpointShape shape) {
      return count(layers);
    }

    private Count count(int layers) {
      int below = Math.min(layers, masks.size());
      return new Count(
          count(masks.subList(0, below)),
          count(masks.subList(below, masks.size())),
          count(masks.subList(masks.size() - 1, masks.size())));
    }

    private static int count(List<List<Boolean>> layers) {
      return (int) layers.stream().flatMap(List::stream).filter(kept -> kept).count();
    }

    @Override
    public List<List<Boolean>> kept(CheckpointShape shape) {
      return masks;
    }

    @Override
    public void check(CheckpointShape shape) {
      int layers = shape.languageLayers();
      int heads = shape.language().attentionHeads();
      if (masks.size() != layers || masks.get(0).size() != heads) {
        throw new IllegalArgumentException(
            "the head masks have shape [%d, %d], and this language model has %d layers of %d heads: give masks of shape [%d, %d]"
                .formatted(masks.size(), masks.get(0).size(), layers, heads, layers, heads));
      }
      int group = heads / shape.language().keyValueHeads();
      for (int layer = 0; layer < layers; layer++) {
        for (int head = 0; head < heads; head++) {
          if (!masks.get(layer).get(head).equals(masks.get(layer).get(head - head % group))) {
            throw new IllegalArgumentException(
                "the head masks treat the heads that share a key and value head differently, as head %d of layer %d: give masks that are equal for each %d heads that follow each other"
                    .formatted(head, layer, group));
          }
        }
      }
    }
  }

  /**
   * Masks that are known by their digest, as answers are stored with it: their cost is known, but
   * the model cannot be run with them.
   */
  record Stored(String digest, Count counts) implements KeptHeads {
    private static final int DIGEST_BYTES = 8;
    private static final Pattern OPTION =
        Pattern.compile("([0-9a-f]{16})-(\\d{1,6})-(\\d{1,6})-(\\d{1,6})");

    private static Optional<KeptHeads> parse(String option) {
      Matcher matcher = OPTION.matcher(option);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      return Optional.of(
          new Stored(
              matcher.group(1),
              new Count(
                  Integer.parseInt(matcher.group(2)),
                  Integer.parseInt(matcher.group(3)),
                  Integer.parseInt(matcher.group(4)))));
    }

    private String option() {
      return "%s-%d-%d-%d".formatted(digest, counts.below(), counts.above(), counts.last());
    }

    @Override
    public Optional<String> option(int layers) {
      return Optional.of(option());
    }

    @Override
    public Count count(int layers, CheckpointShape shape) {
      return counts;
    }

    @Override
    public List<List<Boolean>> kept(CheckpointShape shape) {
      throw new IllegalArgumentException(needsFile());
    }

    @Override
    public void check(CheckpointShape shape) {
      throw new IllegalArgumentException(needsFile());
    }

    private String needsFile() {
      return "yopo:heads=%s is only the digest of head masks: give their file, heads=FILE.npy"
          .formatted(option());
    }
  }
}
