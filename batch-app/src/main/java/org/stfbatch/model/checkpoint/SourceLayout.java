package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.SortedMap;

/**
 * File layout of a checkpoint. Everything that is read through this interface has the names and the
 * form of LLaVA's authors.
 */
sealed interface SourceLayout permits AuthorsLayout, HuggingFaceLayout {

  /**
   * Detects the layout of a folder by its {@code config.json}. Does not open weight files.
   *
   * @throws CheckpointException naming the file or setting that cannot be used
   */
  static SourceLayout of(Path folder) {
    JsonSettings config = JsonSettings.read(folder.resolve("config.json"));
    return HuggingFaceLayout.isLayoutOf(config)
        ? HuggingFaceLayout.of(folder, config)
        : new AuthorsLayout(folder, config);
  }

  /** Returns the layout's name and the class that loads it in other programs. */
  String describe();

  /** Returns a modifiable copy of {@code config.json} in the authors' form. */
  ObjectNode authorsConfig();

  /**
   * @throws CheckpointException naming the first setting that cannot be used
   */
  LlavaSettings settings();

  /**
   * Returns all tensors of the weight files.
   *
   * @throws CheckpointException naming the missing or damaged file
   */
  SortedMap<String, TensorSlice> tensors();

  /**
   * Returns the vision tower of the checkpoint.
   *
   * @param tensors those of {@link #tensors}
   * @throws CheckpointException naming the missing or unusable part
   */
  VisionTower tower(LlavaSettings settings, SortedMap<String, TensorSlice> tensors);
}
