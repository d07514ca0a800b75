package org.stfbatch.cli.option;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.stfbatch.job.InputException;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import picocli.CommandLine.Option;

/** Which model. */
public final class ModelOptions {
  private static final String CHECKPOINT = "checkpoint-";

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "The checkpoint's folder, in the Hugging Face layout.")
  private Path model;

  @Option(
      names = "--vision-tower",
      paramLabel = "DIR",
      description =
          "The CLIP tower's folder. Default: what the checkpoint's config.json names, or the tower inside it.")
  private Path visionTower;

  /**
   * @throws InputException if there is no such folder
   */
  public LlavaCheckpoint open() {
    if (!Files.isDirectory(model)) {
      throw new InputException("there is no model at " + model + ": check --model");
    }
    return LlavaCheckpoint.open(model, Optional.ofNullable(visionTower));
  }

  Path folder() {
    return model;
  }

  /**
   * What answers are signed with, as in the original: the folder's name, and before that of a
   * checkpoint on the way of a training the name of the folder it is in.
   */
  String name() {
    Path folder = model.toAbsolutePath().normalize();
    String name = folder.getFileName().toString();
    Path training = folder.getParent().getFileName();
    return name.startsWith(CHECKPOINT) && training != null ? training + "_" + name : name;
  }
}
