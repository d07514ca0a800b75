package org.stfbatch.cli.option;

import java.nio.file.Path;
import java.util.Optional;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.job.InputException;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import picocli.CommandLine.Option;

/** Options that select the model. */
public final class ModelOptions {
  /** System property with the folder of the bundled model. */
  public static final String SHIPPED = "stfbatch.model";

  private static final String CHECKPOINT = "checkpoint-";

  @Option(
      names = "--model",
      defaultValue = "${sys:" + SHIPPED + "}",
      paramLabel = "DIR",
      description =
          "The folder of the checkpoint, in the layout of LLaVA's authors or of Hugging Face's LlavaForConditionalGeneration. Default: the bundled small model, which is trained on generated pictures only.")
  private Path model;

  @Option(
      names = "--vision-tower",
      paramLabel = "DIR",
      description =
          "The folder of the CLIP tower. Default: the one that the checkpoint's config.json names, or the tower inside the checkpoint.")
  private Path visionTower;

  /**
   * @throws InputException if the folder does not exist, or none is given and none is bundled
   */
  public LlavaCheckpoint open() {
    ReadModel.requireFolder(folder());
    return LlavaCheckpoint.open(model, Optional.ofNullable(visionTower));
  }

  /**
   * Checks the folders without opening the model.
   *
   * @throws InputException as {@link #open}
   */
  void check() {
    ReadModel.requireFolder(folder());
  }

  /** Replaces the folder of --model. */
  public void setFolder(Path folder) {
    model = folder;
  }

  /** Opens the checkpoint with its tokenizer. */
  public ReadModel read() {
    return ReadModel.open(folder(), Optional.ofNullable(visionTower));
  }

  /** Forbids outputs in the model's folders. */
  public OutputPaths keptOut(OutputPaths outputs) {
    return outputs.keepsOutOf("--model", model).keepsOutOf("--vision-tower", visionTower);
  }

  /**
   * @throws InputException if none is given and none is bundled
   */
  Path folder() {
    if (model == null) {
      throw new InputException("which model? Give --model and a checkpoint's folder");
    }
    return model;
  }

  /**
   * Returns the model name that is stored with answers, as in the original: the folder's name; for
   * a checkpoint within a training, preceded by the name of the training's folder.
   */
  String name() {
    Path folder = folder().toAbsolutePath().normalize();
    String name = folder.getFileName().toString();
    Path training = folder.getParent().getFileName();
    return name.startsWith(CHECKPOINT) && training != null ? training + "_" + name : name;
  }
}
