package org.stfbatch.model.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/** Checkpoints with random weights for each variant of fusion, small enough for any test. */
public final class TinyVariants {
  private TinyVariants() {}

  /** Writes a checkpoint for images of 16 patches. */
  public static void write(Path directory, FusionVariant variant) throws IOException {
    write(directory, variant, -2);
  }

  /**
   * @param selectedLayer {@code mm_vision_select_layer}
   */
  public static void write(Path directory, FusionVariant variant, int selectedLayer)
      throws IOException {
    LlamaConfig language = new LlamaConfig(1000, 64, 128, 1, 4, 4, 1e-5, 10_000, 4096, 1, 2);
    ClipVisionConfig vision = CheckpointWriter.tinyVision();
    CheckpointWriter writer =
        new CheckpointWriter(language, vision, variant.tensors(vision, language.hiddenSize()));
    writer.settings().put("mm_vision_select_layer", selectedLayer);
    variant.settings().forEach((key, value) -> writer.settings().putPOJO(key, value));
    writer.write(directory);
  }
}
