package org.stfbatch.cli.option;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.stfbatch.job.InputException;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * A checkpoint with all that answering needs of it, found complete and consistent: settings,
 * tensors, vision tower, wishes for pictures, tokenizer. Nothing is on a device yet.
 *
 * @param checkpoint without open files
 * @param tokenizer closed with this
 */
public record ReadModel(LlavaCheckpoint checkpoint, LlamaTokenizer tokenizer)
    implements AutoCloseable {

  /**
   * @param visionTower the tower's folder; empty for where the checkpoint says
   * @throws InputException if there is no such folder
   */
  public static ReadModel open(Path folder, Optional<Path> visionTower) {
    requireFolder(folder);
    LlavaCheckpoint checkpoint = LlavaCheckpoint.open(folder, visionTower);
    LlamaTokenizer tokenizer =
        LlamaTokenizer.open(folder, checkpoint.config().language().vocabSize());
    try {
      Images.config(checkpoint.config());
      return new ReadModel(checkpoint, tokenizer);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /**
   * @throws InputException if there is no such folder
   */
  static void requireFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InputException(
          "there is no model at " + folder + ": check --model, or bring one with model fetch");
    }
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
