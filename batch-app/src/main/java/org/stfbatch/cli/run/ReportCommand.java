package org.stfbatch.cli.run;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.stfbatch.bench.ModelFlops;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.job.InputException;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.report.ModelWork;
import org.stfbatch.report.ReportFormat;
import org.stfbatch.report.ReportReader;
import org.stfbatch.report.ReportTerms;
import org.stfbatch.report.RunReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says what a run did and cost. */
@Command(
    name = "report",
    description =
        "Writes what a run did, how fast, what limited it, what failed and what it cost: a page without need of a network, or data.")
public final class ReportCommand implements Callable<Integer> {
  private final Stores stores;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run's name.")
  private String run;

  @Option(
      names = "--compare",
      arity = "1..*",
      paramLabel = "RUN",
      description = "Runs whose numbers are set beside it.")
  private List<String> others = List.of();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where to; replaced only when it is complete.")
  private Path out;

  @Option(
      names = "--format",
      defaultValue = "html",
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private ReportFormat format;

  @Option(
      names = "--price-per-hour",
      paramLabel = "PRICE",
      description = "What the machine costs an hour, in any currency, to tell what the run cost.")
  private Double pricePerHour;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "The checkpoint's folder, to tell how much arithmetic its shapes took; nothing is loaded.")
  private Path model;

  @Option(
      names = "--vision-tower",
      paramLabel = "DIR",
      description = "The CLIP tower's folder, if it is elsewhere.")
  private Path visionTower;

  @Option(
      names = "--peak-gflops",
      paramLabel = "GFLOPS",
      description =
          "The devices' GEMM rate as bench peak measures it, to tell how far from it the run was; needs --model.")
  private Double peakGflops;

  ReportCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ReportTerms terms = terms();
    try (Stores.Connected db = stores.open();
        WholeFile file = new WholeFile(out)) {
      RunReport report =
          new ReportReader(db.database().dataSource(), Clock.systemUTC())
              .read(db.run(run), others.stream().map(db::run).toList(), terms);
      check(report, terms);
      Writer writer = new OutputStreamWriter(file.stream(), StandardCharsets.UTF_8);
      format.write(report, writer);
      writer.flush();
      file.commit();
      System.out.printf("%s: report of run %s%n", out, run);
      return 0;
    }
  }

  private ReportTerms terms() {
    if (peakGflops != null && model == null) {
      throw new IllegalArgumentException("--peak-gflops needs --model, too");
    }
    return new ReportTerms(
        amount("price per hour", pricePerHour),
        Optional.ofNullable(model).map(this::work),
        amount("peak GFLOP/s", peakGflops));
  }

  private static OptionalDouble amount(String what, Double given) {
    if (given == null) {
      return OptionalDouble.empty();
    }
    if (!(given >= 0) || given.isInfinite()) {
      throw new IllegalArgumentException(what + " must be 0 or more, not " + given);
    }
    return OptionalDouble.of(given);
  }

  private ModelWork work(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InputException("there is no model at " + folder + ": check --model");
    }
    LlavaCheckpoint checkpoint = LlavaCheckpoint.open(folder, Optional.ofNullable(visionTower));
    ModelFlops flops = ModelFlops.of(checkpoint);
    return new ModelWork(
        checkpoint.fingerprint(),
        flops.image(),
        2 * flops.layerWeights(),
        flops.key(),
        flops.head());
  }

  private void check(RunReport report, ReportTerms terms) {
    terms
        .model()
        .filter(
            work ->
                report.places().stream()
                    .anyMatch(place -> !place.modelFingerprint().equals(work.fingerprint())))
        .ifPresent(
            work -> {
              throw new InputException(
                  "run %s was answered by another model than %s: check --model"
                      .formatted(run, model));
            });
  }
}
