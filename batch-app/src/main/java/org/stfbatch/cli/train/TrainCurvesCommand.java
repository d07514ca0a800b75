package org.stfbatch.cli.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.training.CurveChart;
import org.stfbatch.training.TrainingCurve;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code train curves}: draws loss curves. */
@Command(
    name = "curves",
    description = {"Draws the loss curves of trainings, running or done, as SVG."},
    footer = {
      "  stf-batch train curves pretrained --out curves.svg",
      "  stf-batch train curves pretrained finetuned --out curves.svg"
    })
final class TrainCurvesCommand implements Callable<Integer> {
  private static final int POINTS = 300;

  private final Stores stores;

  @Parameters(arity = "1..*", paramLabel = "DIR", description = "The --out folders of trainings.")
  private List<Path> folders;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "The SVG file.")
  private Path out;

  TrainCurvesCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException {
    OutputPaths paths =
        new OutputPaths()
            .keepsOutOf("the program's store", stores.serverFolders())
            .writes("--out", out);
    List<TrainingCurve> curves = new ArrayList<>();
    for (Path folder : folders) {
      paths.reads("the settings of a training", folder.resolve("training.json"));
      paths.reads("the log of a training", folder.resolve("log.jsonl"));
      paths.check();
      curves.add(TrainingCurve.of(folder, POINTS));
    }
    new CurveChart(curves).write(out);
    System.out.println("wrote " + out);
    return 0;
  }
}
