package org.stfbatch.cli.run;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.stfbatch.cli.option.OutputFile;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.Run;
import org.stfbatch.evaluation.PublishedResult;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.file.WholeFile;
import org.stfbatch.job.InputException;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.report.KnownModel;
import org.stfbatch.report.Price;
import org.stfbatch.report.ReportFormat;
import org.stfbatch.report.ReportReader;
import org.stfbatch.report.ReportTerms;
import org.stfbatch.report.RunReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code report}: writes the report of a run. */
@Command(
    name = "report",
    description = {
      "Writes a report of a run: results, throughput, bottleneck, failures and cost.",
      "The HTML page is self-contained; the other formats are data."
    },
    footer = {
      "  stf-batch report --run nightly --out nightly.html",
      "  stf-batch report --run nightly --compare monday tuesday --out week.md",
      "  stf-batch report --run pope-stf --compare pope-plain --model llava-stf-7b llava-v1.5-7b --out pope.html"
    })
public final class ReportCommand implements Callable<Integer> {
  private final Stores stores;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run.")
  private String run;

  @Option(
      names = "--compare",
      arity = "1..*",
      paramLabel = "RUN",
      description = "Runs to compare with.")
  private List<String> others = List.of();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description =
          "The output file, - for standard output; an existing file is replaced only when the new one is complete.")
  private OutputFile out;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "One of ${COMPLETION-CANDIDATES}. Default: by the extension of --out, else html")
  private ReportFormat format;

  @Option(
      names = "--price-per-hour",
      paramLabel = "PRICE",
      description =
          "The machine's price per hour, such as 2.50EUR, to compute the cost of the run.")
  private String pricePerHour;

  @Option(
      names = "--model",
      arity = "1..*",
      paramLabel = "DIR",
      description =
          "The folders of the checkpoints that answered the run and those of --compare, to compute operations (FLOPs) from their shapes; nothing is loaded.")
  private List<Path> models = List.of();

  @Option(
      names = "--vision-tower",
      paramLabel = "DIR",
      description = "The folder of the CLIP tower, if it is not in the checkpoint's.")
  private Path visionTower;

  @Option(
      names = "--peak-gflops",
      paramLabel = "GFLOPS",
      description =
          "The GEMM rate of the devices as measured by bench peak, for the share of peak throughput; needs --model.")
  private Double peakGflops;

  ReportCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    OutputPaths paths = new OutputPaths();
    models.forEach(model -> paths.keepsOutOf("--model", model));
    paths
        .keepsOutOf("the program's store", stores.serverFolders())
        .keepsOutOf("--vision-tower", visionTower)
        .writes("--out", out.path())
        .check();
    ReportTerms terms = terms();
    try (Stores.Connected db = stores.open()) {
      Run reported = db.run(run);
      new RunInputs(db.database().dataSource()).requireSpared("--out", out.path());
      write(db, reported, terms);
      out.messages().printf("%s: report of run %s%n", out, run);
      return 0;
    }
  }

  private void write(Stores.Connected db, Run reported, ReportTerms terms)
      throws IOException, InterruptedException {
    try (WholeFile file = WholeFile.begin(out.path())) {
      RunReport report =
          new ReportReader(db.database().dataSource(), Clock.systemUTC())
              .read(reported, others.stream().map(db::run).toList(), terms);
      check(report, terms);
      Writer writer = new OutputStreamWriter(file.stream(), StandardCharsets.UTF_8);
      format().write(report, writer);
      writer.flush();
      file.commit();
    }
  }

  private ReportFormat format() {
    return Optional.ofNullable(format)
        .or(() -> out.format(EnumSet.allOf(ReportFormat.class)))
        .orElse(ReportFormat.HTML);
  }

  private ReportTerms terms() {
    if (peakGflops != null && models.isEmpty()) {
      throw new IllegalArgumentException("--peak-gflops needs --model, too");
    }
    return new ReportTerms(
        Optional.ofNullable(pricePerHour).map(Price::parse),
        models.stream().map(this::known).toList(),
        peak(),
        ReportCommand::published);
  }

  private static List<RunReport.Published> published(String benchmark) {
    return PublishedResult.of(benchmark).stream()
        .flatMap(
            result ->
                result.teraFlops().stream()
                    .mapToObj(
                        work ->
                            new RunReport.Published(
                                result.method(), result.source(), work, result.score())))
        .toList();
  }

  private OptionalDouble peak() {
    if (peakGflops == null) {
      return OptionalDouble.empty();
    }
    if (!(peakGflops >= 0) || peakGflops.isInfinite()) {
      throw new IllegalArgumentException("peak GFLOP/s must be 0 or more, not " + peakGflops);
    }
    return OptionalDouble.of(peakGflops);
  }

  private KnownModel known(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InputException("there is no model at " + folder + ": check --model");
    }
    Optional<Path> tower =
        Optional.ofNullable(visionTower).filter(given -> folder.equals(models.get(0)));
    return new ReportedModel(LlavaCheckpoint.open(folder, tower));
  }

  private void check(RunReport report, ReportTerms terms) {
    boolean answered = !report.places().isEmpty();
    if (!models.isEmpty() && answered && terms.answering(report.places()).isEmpty()) {
      long answering =
          report.places().stream().map(ChunkMetric.Place::modelFingerprint).distinct().count();
      throw new InputException(
          answering > 1
              ? "run %s was answered by %d models, so its operations cannot be counted: leave --model out"
                  .formatted(run, answering)
              : "run %s was answered by another model than %s: check --model"
                  .formatted(run, models.stream().map(Path::toString).collect(joining(" or "))));
    }
  }
}
