package org.stfbatch.cli.option;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.stfbatch.job.InputException;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * A complete and consistent checkpoint with everything that answering needs: settings, tensors,
 * vision tower, preprocessing, tokenizer. Nothing is on a device yet.
 *
 * @param checkpoint holds no open files
 * @param tokenizer closed together with this
 */
public record ReadModel(LlavaCheckpoint checkpoint, LlamaTokenizer tokenizer)
    implements AutoCloseable {

  /**
   * @param visionTower the tower's folder; empty to take it from the checkpoint
   * @throws InputException if the folder does not exist
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
   * @throws InputException if the folder does not exist
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
