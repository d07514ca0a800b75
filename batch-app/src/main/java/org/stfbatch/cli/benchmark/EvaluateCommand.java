package org.stfbatch.cli.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.stfbatch.cli.console.ConsoleProgress;
import org.stfbatch.cli.live.LiveOptions;
import org.stfbatch.cli.option.LoadedModel;
import org.stfbatch.cli.option.RunnerOptions;
import org.stfbatch.cli.service.ExitCode;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.evaluation.Benchmark;
import org.stfbatch.evaluation.DataFolder;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Claim;
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
public final class EvaluateCommand implements Callable<Integer> {
  /** What questions do not set themselves; they set all of it. */
  private static final InferSettings.Defaults GREEDY =
      new InferSettings.Defaults(128, 0, 1, 0, List.of());

  private final Stores stores;
  private final Shutdown shutdown;
  private final StopSignal stopSignal = new StopSignal();

  @Parameters(
      paramLabel = "NAME",
      description =
          "The benchmark, or all: every one whose data set is complete. An unknown name lists them.")
  private String name;

  @Mixin private BenchmarkOptions benchmarks;
  @Mixin private RunnerOptions runner;
  @Mixin private LiveOptions live;

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

  @Option(names = "--json", description = "One JSON object a benchmark.")
  private boolean json;

  EvaluateCommand(Stores stores, Shutdown shutdown) {
    this.stores = stores;
    this.shutdown = shutdown;
  }

  @Override
  public Integer call() throws IOException {
    InferSettings settings = settings();
    runName = runName != null ? runName : runner.modelName();
    out = out != null ? out : Path.of("evaluation", runName.replaceAll("[^\\w.-]", "_"));
    List<EvaluationPlan> plans = plans();
    long questions = plans.stream().mapToLong(EvaluationPlan::questions).sum();
    shutdown.guard(stopSignal);
    try (Stores.Connected db = stores.open();
        LoadedModel model = runner.load(questions)) {
      return report(evaluate(db, model, settings, plans));
    }
  }

  private InferSettings settings() {
    runner.check();
    return runner.settings(OptionalLong.empty(), GREEDY);
  }

  private List<EvaluationPlan> plans() {
    return benchmarks
        .complete(name, missing -> System.err.println("passed over " + missing))
        .stream()
        .map(this::plan)
        .toList();
  }

  private EvaluationPlan plan(Benchmark benchmark) {
    DataFolder folder = benchmarks.folder(benchmark);
    return new EvaluationPlan(
        benchmark,
        folder,
        count(benchmark, folder),
        benchmarks.variant(),
        out.resolve(benchmark.name()));
  }

  /** Reads the questions, so that what is damaged is found before anything is loaded. */
  private static long count(Benchmark benchmark, DataFolder folder) {
    long[] count = new long[1];
    benchmark.questions(folder, question -> count[0]++);
    return count[0];
  }

  private ScoreTable evaluate(
      Stores.Connected db, LoadedModel model, InferSettings settings, List<EvaluationPlan> plans) {
    ScoreTable table = new ScoreTable();
    AtomicReference<Run> latest = new AtomicReference<>();
    try (LiveOptions.Shown shown = shown(db, model, latest)) {
      for (EvaluationPlan plan : plans) {
        if (!stopSignal.isRequested()) {
          latest.set(new RunStore(db.database().dataSource()).findOrCreate(run(plan)));
          evaluate(db, model, settings, plan, latest.get(), shown)
              .map(result -> row(plan, result))
              .ifPresent(table::add);
        }
      }
    }
    return table;
  }

  private LiveOptions.Shown shown(
      Stores.Connected db, LoadedModel model, AtomicReference<Run> latest) {
    return live.open(
        () -> db.database().answers(),
        () -> latest.get() == null ? "beginning" : "answering run " + latest.get().name(),
        () -> Optional.ofNullable(latest.get()),
        db.database().dataSource(),
        model);
  }

  /** Empty if it was stopped. */
  private Optional<EvaluationResult> evaluate(
      Stores.Connected db,
      LoadedModel model,
      InferSettings settings,
      EvaluationPlan plan,
      Run run,
      LiveOptions.Shown shown) {
    BatchRuntime batch = new BatchRuntime(db.database().dataSource(), live.observations());
    EvaluateSteps steps = new EvaluateSteps(batch, run, plan, model.name());
    try (Claim claim = db.claim(List.of(Lockable.run(db.database(), run)), stopSignal)) {
      steps.check();
      InferJob.Ending ending;
      try (ConsoleProgress progress = progress(db, run, plan)) {
        ending =
            claim.work(
                stop ->
                    new InferJob(
                            batch,
                            run,
                            settings,
                            model.preparation(),
                            model.engine(),
                            model.name(),
                            shown.counting(progress),
                            stop,
                            steps.around(stop))
                        .run());
      }
      return ending == InferJob.Ending.DONE ? steps.result() : Optional.empty();
    }
  }

  private static ConsoleProgress progress(Stores.Connected db, Run run, EvaluationPlan plan) {
    RunStatus before = new RunStatusStore(db.database().dataSource()).status(run);
    return ConsoleProgress.onStderr(
        plan.benchmark().name(), before.answered() + before.failed(), plan.questions());
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

  private int report(ScoreTable table) throws IOException {
    System.out.print(json ? table.json() : table.text());
    if (stopSignal.isRequested()) {
      System.err.println("stf-batch: stopped; the same command goes on");
      return ExitCode.FAILED;
    }
    return table.hasProblems() ? ExitCode.FAILED : 0;
  }
}
