package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.SortedMap;

/**
 * How a checkpoint's files name its settings and tensors. Everything that is read through this
 * interface has the names and the form of LLaVA's authors.
 */
sealed interface SourceLayout permits AuthorsLayout, HuggingFaceLayout {

  /**
   * The layout of a folder, told by its {@code config.json}. Weight files are not opened yet.
   *
   * @throws CheckpointException naming the file or setting that cannot be used
   */
  static SourceLayout of(Path folder) {
    JsonSettings config = JsonSettings.read(folder.resolve("config.json"));
    return HuggingFaceLayout.isLayoutOf(config)
        ? HuggingFaceLayout.of(folder, config)
        : new AuthorsLayout(folder, config);
  }

  /** The layout's name and the class that loads it elsewhere. */
  String describe();

  /** {@code config.json} as the authors would write it; a copy, to be changed. */
  ObjectNode authorsConfig();

  /**
   * @throws CheckpointException naming the first setting that cannot be used
   */
  LlavaSettings settings();

  /**
   * All tensors of the weight files.
   *
   * @throws CheckpointException naming the missing or damaged file
   */
  SortedMap<String, TensorSlice> tensors();

  /**
   * The vision tower that belongs to the checkpoint.
   *
   * @param tensors those of {@link #tensors}
   * @throws CheckpointException naming what is missing of it or cannot be used
   */
  VisionTower tower(LlavaSettings settings, SortedMap<String, TensorSlice> tensors);
}
