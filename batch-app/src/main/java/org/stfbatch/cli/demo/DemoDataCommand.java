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

/** Draws pictures with questions about them. */
@Command(
    name = "demo-data",
    description = {
      "Draws pictures and writes questions about them, to try things out or to train."
    },
    footer = {
      "  stf-batch demo-data --out demo",
      "  stf-batch demo-data --out demo --images 500 --seed 12 --detail"
    })
public final class DemoDataCommand implements Callable<Integer> {
  private final Stores stores;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to.")
  private Path out;

  @Option(
      names = "--split",
      defaultValue = "held-out",
      paramLabel = "SPLIT",
      converter = SplitConverter.class,
      description =
          "train writes LLaVA's training files; held-out writes questions and labels about pictures that training never shows. Default: ${DEFAULT-VALUE}")
  private Split split;

  @Option(
      names = "--images",
      defaultValue = "64",
      paramLabel = "N",
      description = "Pictures. Default: ${DEFAULT-VALUE}")
  private int images;

  @Option(
      names = "--questions-per-image",
      paramLabel = "Q",
      description = "At most, besides a caption. Default: 4, and 8 to train.")
  private Integer questionsPerImage;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "The same seed draws the same pictures.")
  private long seed;

  @Option(names = "--broken", description = "Break some pictures and questions on purpose.")
  private boolean broken;

  @Option(
      names = "--detail",
      description =
          "Ask held-out questions in detail: the answer shall say first what it follows from. Training files have both forms.")
  private boolean detail;

  @Option(
      names = "--black",
      description = "Leave the pictures black, to see what can be guessed from the questions.")
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

  /** Files of an earlier world are replaced, those of somebody else are not. */
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
