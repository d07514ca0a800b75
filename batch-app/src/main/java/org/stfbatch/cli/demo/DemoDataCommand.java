package org.stfbatch.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.stfbatch.base.Plural;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.demo.DrawnWorld;
import org.stfbatch.demo.DrawnWorldSettings;
import org.stfbatch.demo.DrawnWorldSummary;
import org.stfbatch.demo.Split;
import org.stfbatch.file.OutputException;
import org.stfbatch.file.OutputPaths;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code demo-data}: generates pictures with questions. */
@Command(
    name = "demo-data",
    description = {"Generates pictures with questions about them, for trials and training."},
    footer = {
      "  stf-batch demo-data --out demo",
      "  stf-batch demo-data --out demo --images 500 --seed 12 --detail"
    })
public final class DemoDataCommand implements Callable<Integer> {
  private final Stores stores;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The output folder.")
  private Path out;

  @Option(
      names = "--split",
      defaultValue = "held-out",
      paramLabel = "SPLIT",
      converter = SplitConverter.class,
      description =
          "train writes LLaVA's training files; held-out writes questions and labels about pictures that are not in the training data. Default: ${DEFAULT-VALUE}")
  private Split split;

  @Option(
      names = "--images",
      defaultValue = "64",
      paramLabel = "N",
      description = "Number of images. Default: ${DEFAULT-VALUE}")
  private int images;

  @Option(
      names = "--questions-per-image",
      paramLabel = "Q",
      description =
          "Maximum number of questions per image, besides a caption. Default: 4, and 8 with train")
  private Integer questionsPerImage;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Random seed; the same seed gives the same images. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(names = "--broken", description = "Include some broken images and questions.")
  private boolean broken;

  @Option(
      names = "--detail",
      description =
          "Ask held-out questions for answers that begin with the reason. Training files have both forms.")
  private boolean detail;

  @Option(
      names = "--black",
      description = "Leave the images black, to measure how many answers can be guessed.")
  private boolean black;

  DemoDataCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException {
    DrawnWorldSettings settings =
        split == Split.TRAIN ? DrawnWorldSettings.training() : DrawnWorldSettings.defaults();
    settings = settings.withImages(images).withSeed(seed).withBroken(broken);
    settings = settings.withDetail(detail).withBlack(black);
    if (questionsPerImage != null) {
      settings = settings.withQuestionsPerImage(questionsPerImage);
    }
    new OutputPaths()
        .keepsOutOf("the program's store", stores.serverFolders())
        .writesInto("--out", out)
        .check();
    requireNoStrangeFiles();
    DrawnWorldSummary summary = DrawnWorld.write(out, settings);
    System.out.printf(
        "%s: %s, %s%n",
        out, Plural.of(summary.images(), "image"), Plural.of(summary.questions(), "question"));
    return 0;
  }

  /**
   * Refuses a folder with files that this command did not write; its own earlier files are
   * replaced.
   */
  private void requireNoStrangeFiles() {
    if (Files.exists(out.resolve(DrawnWorld.SCENES))) {
      return;
    }
    for (String name : DrawnWorld.namesOf(split)) {
      if (Files.exists(out.resolve(name))) {
        throw new OutputException(
            "%s holds %s, which demo-data did not write: give another --out".formatted(out, name));
      }
    }
  }

  private static final class SplitConverter implements ITypeConverter<Split> {
    @Override
    public Split convert(String value) {
      return switch (value) {
        case "train" -> Split.TRAIN;
        case "held-out" -> Split.HELD_OUT;
        default ->
            throw new TypeConversionException("'" + value + "' is neither train nor held-out");
      };
    }
  }
}
