package org.stfbatch.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.stfbatch.demo.DrawnWorld;
import org.stfbatch.demo.DrawnWorldSettings;
import org.stfbatch.demo.DrawnWorldSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Draws pictures with questions about them. */
@Command(
    name = "demo-data",
    description = "Draws pictures and writes questions about them, to try things out.")
final class DemoDataCommand implements Callable<Integer> {
  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to.")
  private Path out;

  @Option(
      names = "--images",
      defaultValue = "64",
      paramLabel = "N",
      description = "Pictures. Default: ${DEFAULT-VALUE}")
  private int images;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "The same seed draws the same pictures.")
  private long seed;

  @Option(names = "--broken", description = "Break some pictures and questions on purpose.")
  private boolean broken;

  @Override
  public Integer call() throws IOException {
    DrawnWorldSettings settings =
        DrawnWorldSettings.defaults().withImages(images).withSeed(seed).withBroken(broken);
    DrawnWorldSummary summary = DrawnWorld.write(out, settings);
    System.out.printf("%s: %d images, %d questions%n", out, summary.images(), summary.questions());
    return 0;
  }
}
