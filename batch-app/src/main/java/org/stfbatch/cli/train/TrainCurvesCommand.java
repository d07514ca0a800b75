package org.stfbatch.cli.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.stfbatch.training.CurveChart;
import org.stfbatch.training.TrainingCurve;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws how losses fell. */
@Command(
    name = "curves",
    description = "Draws how the loss fell in trainings, going on or done, as SVG.")
final class TrainCurvesCommand implements Callable<Integer> {
  private static final int POINTS = 300;

  @Parameters(arity = "1..*", paramLabel = "DIR", description = "What trainings have as --out.")
  private List<Path> folders;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The picture to write.")
  private Path out;

  @Override
  public Integer call() throws IOException {
    List<TrainingCurve> curves = new ArrayList<>();
    for (Path folder : folders) {
      curves.add(TrainingCurve.of(folder, POINTS));
    }
    new CurveChart(curves).write(out);
    System.out.println("wrote " + out);
    return 0;
  }
}
