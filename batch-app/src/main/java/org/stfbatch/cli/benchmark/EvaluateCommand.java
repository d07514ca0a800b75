package org.stfbatch.cli.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.stfbatch.cli.console.ConsoleProgress;
import org.stfbatch.cli.console.Log;
import org.stfbatch.cli.console.Logged;
import org.stfbatch.cli.console.Notices;
import org.stfbatch.cli.live.LiveOptions;
import org.stfbatch.cli.option.LoadedModel;
import org.stfbatch.cli.option.RunnerOptions;
import org.stfbatch.cli.option.WorkerOptions;
import org.stfbatch.cli.service.ExitCode;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunFigures;
import org.stfbatch.db.RunFiguresStore;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.Worker;
import org.stfbatch.evaluation.Benchmark;
import org.stfbatch.evaluation.DataFolder;
import org.stfbatch.evaluation.Score;
import org.stfbatch.file.OutputPaths;
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

/** {@code evaluate}: answers and scores benchmarks. */
@Command(
    name = "evaluate",
    description = {
      "Answers the questions of a benchmark, scores the answers, and compares the score with the paper's.",
      "With several strategies in --compress, evaluates and compares each. After an interruption at any point, the same command resumes."
    },
    footer = {
      "  stf-batch evaluate pope --data playground/data/eval --model llava-stf-7b",
      "  stf-batch evaluate pope --data playground/data/eval --model llava-v1.5-7b --compress none/vtc-cls:tokens=64/fastv:layer=2,keep=64",
      "  stf-batch evaluate pope --data playground/data/eval --model llava-stf-7b --share"
    })
public final class EvaluateCommand implements Callable<Integer>, Logged {
  /** Defaults for what questions do not set; the benchmarks' questions set everything. */
  private static final InferSettings.Defaults GREEDY =
      new InferSettings.Defaults(128, 0, 1, 0, List.of());

  private static final double TERA = 1e12;

  private final Stores stores;
  private final Shutdown shutdown;
  private final Log log;
  private final StopSignal stopSignal = new StopSignal();
  private final ScoreTable table = new ScoreTable();
  private final ComparisonTable comparison = new ComparisonTable();
  private boolean imagesAway;
  private boolean tooManyFailed;

  @Parameters(
      paramLabel = "NAME",
      description =
          "The benchmark, or all: every benchmark with a complete data set. An unknown name lists"
              + " them.")
  private String name;

  @Mixin private BenchmarkOptions benchmarks;
  @Mixin private RunnerOptions runner;
  @Mixin private WorkerOptions worker;
  @Mixin private LiveOptions live;

  @Option(
      names = "--run",
      paramLabel = "NAME",
      description =
          "Prefix of the runs' names; the benchmark's name is appended, and the compression"
              + " strategy if it is not none. Default: the model's name.")
  private String runName;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "The output folder for answers and submission files, with a folder for each benchmark. Default:"
              + " evaluation/ and the runs' name.")
  private Path out;

  @Option(names = "--json", description = "Print one JSON object per benchmark.")
  private boolean json;

  EvaluateCommand(Stores stores, Shutdown shutdown, Log log) {
    this.stores = stores;
    this.shutdown = shutdown;
    this.log = log;
  }

  @Override
  public Integer call() throws IOException {
    InferSettings settings = settings();
    live.check();
    worker.check();
    runName = runName != null ? runName : runner.modelName();
    out = out != null ? out : Path.of("evaluation", fileName(runName));
    List<EvaluationPlan> plans = plans();
    List<CompressionStrategy> strategies = runner.compressions();
    checkOutputs(strategies.stream().flatMap(s -> with(s, plans).stream()).toList());
    shutdown.guard(stopSignal);
    try (Stores.Connected db = stores.open()) {
      for (CompressionStrategy strategy : strategies) {
        if (!stopSignal.isRequested()) {
          evaluate(db, strategy, settings, with(strategy, plans));
        }
      }
    }
    return report();
  }

  private void evaluate(
      Stores.Connected db,
      CompressionStrategy strategy,
      InferSettings settings,
      List<EvaluationPlan> plans) {
    long questions = plans.stream().mapToLong(EvaluationPlan::questions).sum();
    try (LoadedModel model = runner.load(questions, strategy)) {
      evaluate(db, model, strategy, settings, plans);
    }
  }

  private void checkOutputs(List<EvaluationPlan> plans) {
    OutputPaths paths =
        runner.keptOut(new OutputPaths()).keepsOutOf("the program's store", stores.serverFolders());
    plans.forEach(plan -> paths.reads("the data set's folder", plan.data().path()));
    plans.forEach(plan -> paths.writesInto("--out", plan.out()));
    paths.check();
  }

  private InferSettings settings() {
    runner.check();
    return runner.settings(OptionalLong.empty(), GREEDY);
  }

  private List<EvaluationPlan> plans() {
    return benchmarks.complete(name, missing -> Notices.onStderr("passed over " + missing)).stream()
        .map(this::plan)
        .toList();
  }

  /** Returns the plans for one strategy, which has its own folder for every benchmark. */
  private List<EvaluationPlan> with(CompressionStrategy strategy, List<EvaluationPlan> plans) {
    return plans.stream()
        .map(plan -> plan.into(out.resolve(fileName(plan.benchmark().name() + suffix(strategy)))))
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

  /**
   * Returns the strategy's suffix of a run's name; none without compression, as in older versions.
   */
  private static String suffix(CompressionStrategy strategy) {
    return strategy.compresses() ? "-" + strategy.spec() : "";
  }

  private static String fileName(String name) {
    return name.replaceAll("[^\\w.+-]", "_");
  }

  /** Counts the questions. Reading them finds damaged files before the model is loaded. */
  private static long count(Benchmark benchmark, DataFolder folder) {
    long[] count = new long[1];
    benchmark.questions(folder, question -> count[0]++);
    return count[0];
  }

  private void evaluate(
      Stores.Connected db,
      LoadedModel model,
      CompressionStrategy strategy,
      InferSettings settings,
      List<EvaluationPlan> plans) {
    AtomicReference<Run> latest = new AtomicReference<>();
    try (LiveOptions.Shown shown = shown(db, model, latest)) {
      for (EvaluationPlan plan : plans) {
        if (!stopSignal.isRequested()) {
          log.about(run(plan, strategy));
          latest.set(new RunStore(db.database().dataSource()).findOrCreate(run(plan, strategy)));
          evaluate(db, model, strategy, settings, plan, latest.get(), shown)
              .ifPresent(
                  result -> {
                    table.add(row(plan, strategy, result));
                    if (runner.compressions().size() > 1) {
                      comparison.add(compared(db, model, strategy, plan, latest.get(), result));
                    }
                  });
        }
      }
    }
  }

  private static ComparedRow compared(
      Stores.Connected db,
      LoadedModel model,
      CompressionStrategy strategy,
      EvaluationPlan plan,
      Run run,
      EvaluationResult result) {
    RunFigures figures = new RunFiguresStore(db.database().dataSource()).figures(run.runId());
    OptionalDouble tokens = figures.tokens().visionOfAnImage();
    Optional<RunFigures.Span> span = figures.span();
    return new ComparedRow(
        plan.benchmark(),
        strategy.spec(),
        result.score().flatMap(Score::headline).stream()
            .mapToDouble(Score.Metric::value)
            .findFirst(),
        tokens,
        model.flops().prunedTokens(),
        tokens.stream()
            .map(n -> model.flops().visionTokens((int) Math.round(n)) / TERA)
            .findFirst(),
        span.stream()
            .filter(s -> s.workSeconds() > 0)
            .mapToDouble(s -> s.jobs() / s.workSeconds())
            .findFirst());
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

  /** Evaluates a benchmark; empty if it was stopped. */
  private Optional<EvaluationResult> evaluate(
      Stores.Connected db,
      LoadedModel model,
      CompressionStrategy strategy,
      InferSettings settings,
      EvaluationPlan plan,
      Run run,
      LiveOptions.Shown shown) {
    BatchRuntime batch = new BatchRuntime(db.database().dataSource(), live.observations());
    EvaluateSteps steps = new EvaluateSteps(batch, run, plan, model.name());
    Optional<Worker> self = worker.worker(db.database(), run);
    Lockable right = Lockable.answering(db.database(), run, self);
    try (Claim claim = db.claim(List.of(right), stopSignal)) {
      steps.check();
      InferJob.Ending ending;
      try (ConsoleProgress progress = progress(db, run, plan, strategy)) {
        ending =
            claim.work(
                stop -> {
                  InferJob job =
                      new InferJob(
                          batch,
                          run,
                          settings,
                          model.served(),
                          shown.counting(progress),
                          stop,
                          steps.around(stop));
                  return self.map(job::share).orElseGet(job::run);
                });
      }
      imagesAway |= ending == InferJob.Ending.IMAGES_AWAY;
      noteFailures(new RunStatusStore(db.database().dataSource()).status(run));
      return ending == InferJob.Ending.DONE ? steps.result() : Optional.empty();
    }
  }

  private void noteFailures(RunStatus status) {
    Optional<String> problem = runner.maxFailed().problem(status);
    if (problem.isPresent()) {
      tooManyFailed = true;
      Notices.onStderr(
          "run %s: %d answered, %d failed; %s: export --failures shows the reasons, and retry makes failures waiting again"
              .formatted(status.run(), status.answered(), status.failed(), problem.get()));
    }
  }

  private static ConsoleProgress progress(
      Stores.Connected db, Run run, EvaluationPlan plan, CompressionStrategy strategy) {
    RunStatus before = new RunStatusStore(db.database().dataSource()).status(run);
    return ConsoleProgress.onStderr(
        plan.benchmark().name() + suffix(strategy),
        before.answered() + before.failed(),
        before.failed(),
        plan.questions());
  }

  private String run(EvaluationPlan plan, CompressionStrategy strategy) {
    return runName + "-" + plan.benchmark().name() + suffix(strategy);
  }

  private ScoreTable.Row row(
      EvaluationPlan plan, CompressionStrategy strategy, EvaluationResult result) {
    return new ScoreTable.Row(
        plan.benchmark(),
        Optional.of(strategy.spec()).filter(spec -> runner.compressions().size() > 1),
        Optional.of(run(plan, strategy)),
        OptionalLong.of(result.questions()),
        OptionalLong.of(result.answered()),
        result.score(),
        result.files(),
        result.problem());
  }

  private int report() throws IOException {
    System.out.print(json ? table.json() : table.text());
    if (!comparison.isEmpty() && !json) {
      System.out.print(System.lineSeparator() + comparison.text());
    }
    if (stopSignal.isRequested()) {
      Notices.onStderr("stopped; the same command resumes");
      return ExitCode.FAILED;
    }
    if (imagesAway) {
      Notices.onStderr(
          "images were unavailable for longer than --wait-for-images, and their questions"
              + " are still waiting; the same command resumes");
      return ExitCode.FAILED;
    }
    return tooManyFailed || table.hasProblems() || table.hasNoAnswers() ? ExitCode.FAILED : 0;
  }
}
