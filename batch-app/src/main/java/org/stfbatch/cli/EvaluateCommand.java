package org.stfbatch.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.evaluation.Benchmark;
import org.stfbatch.evaluation.Benchmarks;
import org.stfbatch.evaluation.DataFolder;
import org.stfbatch.evaluation.Variant;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Claim;
import org.stfbatch.job.InputException;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.evaluate.EvaluateSteps;
import org.stfbatch.job.evaluate.EvaluationPlan;
import org.stfbatch.job.evaluate.EvaluationResult;
import org.stfbatch.job.infer.InferJob;
import org.stfbatch.job.infer.InferSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Answers and scores benchmarks. */
@Command(
    name = "evaluate",
    description = {
      "Asks a benchmark's questions, scores the answers, and shows the score beside the paper's.",
      "Stopped or killed at any moment, the same command goes on where it was."
    })
final class EvaluateCommand implements Callable<Integer> {
  private static final String ALL = "all";
  private static final InferSettings.Defaults GREEDY =
      new InferSettings.Defaults(128, 0, 1, 0, List.of());

  private final Stores stores;
  private final Shutdown shutdown;
  private final StopSignal stopSignal = new StopSignal();

  @Parameters(
      paramLabel = "NAME",
      description =
          "The benchmark, or all: every one whose data set is there. An unknown name lists them.")
  private String name;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description =
          "The folder of all data sets, as LLaVA's playground/data/eval, or of this benchmark's.")
  private Path data;

  @Option(
      names = "--run",
      paramLabel = "NAME",
      description =
          "What the runs' names begin with; the benchmark's name follows. Default: the model's name.")
  private String runName;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where answers and submission files are written, in a folder for each benchmark. Default: evaluation/ and the runs' name.")
  private Path out;

  @Option(
      names = "--strict",
      description =
          "Refuse to score answers that are not complete, and count 0 where the original's scripts fail.")
  private boolean strict;

  @Option(names = "--json", description = "One JSON object a benchmark.")
  private boolean json;

  @Mixin private RunnerOptions runner;

  EvaluateCommand(Stores stores, Shutdown shutdown) {
    this.stores = stores;
    this.shutdown = shutdown;
  }

  @Override
  public Integer call() throws IOException {
    runner.check();
    runner.settings(OptionalLong.empty(), GREEDY);
    runName = runName != null ? runName : runner.modelName();
    out = out != null ? out : Path.of("evaluation", runName.replaceAll("[^\\w.-]", "_"));
    List<EvaluationPlan> plans = plans();
    long questions = plans.stream().mapToLong(EvaluationPlan::questions).sum();
    shutdown.guard(stopSignal);
    try (Stores.Connected db = stores.open();
        LoadedModel model = runner.load(questions)) {
      return evaluate(db, model, plans);
    }
  }

  private List<EvaluationPlan> plans() {
    boolean all = name.toLowerCase(Locale.ROOT).equals(ALL);
    List<Benchmark> wanted =
        (all ? Benchmarks.all() : List.of(Benchmarks.named(name)))
            .stream()
                .filter(benchmark -> !all || DataFolder.of(benchmark, data).isThere())
                .toList();
    if (wanted.isEmpty()) {
      throw new InputException(
          "there is no data set in "
              + data
              + ": check --data; evaluate knows "
              + Benchmarks.names());
    }
    wanted.forEach(benchmark -> DataFolder.of(benchmark, data).check());
    return wanted.stream().map(this::plan).toList();
  }

  private EvaluationPlan plan(Benchmark benchmark) {
    DataFolder folder = DataFolder.of(benchmark, data);
    return new EvaluationPlan(
        benchmark,
        folder,
        count(benchmark, folder),
        strict ? Variant.STRICT : Variant.ORIGINAL,
        out.resolve(benchmark.name()));
  }

  /** Reads the questions, so that what is damaged is found before anything is loaded. */
  private static long count(Benchmark benchmark, DataFolder folder) {
    long[] count = new long[1];
    benchmark.questions(folder, question -> count[0]++);
    return count[0];
  }

  private int evaluate(Stores.Connected db, LoadedModel model, List<EvaluationPlan> plans)
      throws IOException {
    ScoreTable table = new ScoreTable();
    List<EvaluationPlan> left = new ArrayList<>(plans);
    while (!left.isEmpty() && !stopSignal.isRequested()) {
      EvaluationPlan plan = left.remove(0);
      evaluate(db, model, plan).map(result -> row(plan, result)).ifPresent(table::add);
    }
    System.out.print(json ? table.json() : table.text());
    if (stopSignal.isRequested()) {
      System.err.println("stf-batch: stopped; the same command goes on");
      return ErrorReport.FAILED;
    }
    return table.hasProblems() ? ErrorReport.FAILED : 0;
  }

  /** Empty if it was stopped. */
  private Optional<EvaluationResult> evaluate(
      Stores.Connected db, LoadedModel model, EvaluationPlan plan) {
    Run run = new RunStore(db.database().dataSource()).findOrCreate(run(plan));
    BatchRuntime batch = new BatchRuntime(db.database().dataSource());
    EvaluateSteps steps = new EvaluateSteps(batch, run, plan, model.name());
    RunStatus before = new RunStatusStore(db.database().dataSource()).status(run);
    long done = before.answered() + before.failed();
    try (Claim claim = db.claim(List.of(Lockable.run(db.database(), run)), stopSignal);
        ConsoleProgress progress =
            ConsoleProgress.onStderr(plan.benchmark().name(), done, plan.questions())) {
      steps.check();
      InferJob.Ending ending =
          claim.work(
              stop ->
                  new InferJob(
                          batch,
                          run,
                          runner.settings(OptionalLong.empty(), GREEDY),
                          model.preparation(),
                          model.engine(),
                          model.name(),
                          progress,
                          stop,
                          steps.around(stop))
                      .run());
      return ending == InferJob.Ending.DONE ? steps.result() : Optional.empty();
    }
  }

  private String run(EvaluationPlan plan) {
    return runName + "-" + plan.benchmark().name();
  }

  private ScoreTable.Row row(EvaluationPlan plan, EvaluationResult result) {
    return new ScoreTable.Row(
        plan.benchmark(),
        Optional.of(run(plan)),
        OptionalLong.of(result.questions()),
        OptionalLong.of(result.answered()),
        result.score(),
        result.files(),
        result.problem());
  }
}
