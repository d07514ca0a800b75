package org.stfbatch.cli.option;

import java.nio.file.Path;
import java.util.Optional;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.job.InputException;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import picocli.CommandLine.Option;

/** Which model. */
public final class ModelOptions {
  /** The system property with the folder of the model that comes with the program. */
  public static final String SHIPPED = "stfbatch.model";

  private static final String CHECKPOINT = "checkpoint-";

  @Option(
      names = "--model",
      defaultValue = "${sys:" + SHIPPED + "}",
      paramLabel = "DIR",
      description =
          "The checkpoint's folder, in the layout of LLaVA's authors or of Hugging Face's LlavaForConditionalGeneration. Default: the small model that comes with the program and knows nothing but drawn pictures.")
  private Path model;

  @Option(
      names = "--vision-tower",
      paramLabel = "DIR",
      description =
          "The CLIP tower's folder. Default: what the checkpoint's config.json names, or the tower inside it.")
  private Path visionTower;

  /**
   * @throws InputException if there is no such folder, or none is named and none came with the
   *     program
   */
  public LlavaCheckpoint open() {
    ReadModel.requireFolder(folder());
    return LlavaCheckpoint.open(model, Optional.ofNullable(visionTower));
  }

  /**
   * Whether it is opened or not.
   *
   * @throws InputException as {@link #open}
   */
  void check() {
    ReadModel.requireFolder(folder());
  }

  /** Takes another folder than that of --model. */
  public void setFolder(Path folder) {
    model = folder;
  }

  /** Likewise, with the tokenizer. */
  public ReadModel read() {
    return ReadModel.open(folder(), Optional.ofNullable(visionTower));
  }

  /** Lets no output lie in the model's folders. */
  public OutputPaths keptOut(OutputPaths outputs) {
    return outputs.keepsOutOf("--model", model).keepsOutOf("--vision-tower", visionTower);
  }

  /**
   * @throws InputException if none is named and none came with the program
   */
  Path folder() {
    if (model == null) {
      throw new InputException("which model? Give --model and a checkpoint's folder");
    }
    return model;
  }

  /**
   * What answers are signed with, as in the original: the folder's name, and before that of a
   * checkpoint on the way of a training the name of the folder it is in.
   */
  String name() {
    Path folder = folder().toAbsolutePath().normalize();
    String name = folder.getFileName().toString();
    Path training = folder.getParent().getFileName();
    return name.startsWith(CHECKPOINT) && training != null ? training + "_" + name : name;
  }
}
