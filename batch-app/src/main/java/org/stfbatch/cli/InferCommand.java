package org.stfbatch.cli;

import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.stfbatch.db.Lease;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunLock;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.engine.BatchingEngine;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineSettings;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Heartbeat;
import org.stfbatch.job.InputException;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;
import org.stfbatch.job.infer.InferSettings;
import org.stfbatch.job.infer.ModelName;
import org.stfbatch.job.infer.Preparation;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Answers a run. */
@Command(
    name = "infer",
    description = {
      "Answers the waiting jobs of a run. Stopped or killed at any moment, the same command goes on where it was;",
      "SIGTERM or Ctrl-C stop it at the next commit."
    })
final class InferCommand implements Callable<Integer> {
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);
  private static final int CHUNKS_AHEAD = 2;
  private static final long MAX_WINDOW_JOBS = 100_000;
  private static final long WINDOW_BYTES = 256L << 20;

  private final Stores stores;
  private final Shutdown shutdown;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run's name.")
  private String runName;

  @Mixin private ModelOptions model;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = "float32 (exact), float16 or bfloat16. Default: ${DEFAULT-VALUE}")
  private Precision dtype;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      paramLabel = "DEVICE",
      description = "cpu or cuda:N. Default: ${DEFAULT-VALUE}")
  private String device;

  @Option(
      names = "--batch",
      defaultValue = "8",
      paramLabel = "N",
      description = "Jobs that are generated together. Default: ${DEFAULT-VALUE}")
  private int batch;

  @Option(
      names = "--chunk",
      defaultValue = "32",
      paramLabel = "N",
      description =
          "Answers that are committed together: what a kill loses at most. Default: ${DEFAULT-VALUE}")
  private int chunk;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "128",
      paramLabel = "N",
      description = "Longest answer. Default: ${DEFAULT-VALUE}")
  private int maxNewTokens;

  @Option(
      names = "--temperature",
      defaultValue = "0",
      paramLabel = "T",
      description =
          "0 takes the likeliest token; above, tokens are drawn. Default: ${DEFAULT-VALUE}")
  private double temperature;

  @Option(
      names = "--top-p",
      defaultValue = "1",
      paramLabel = "P",
      description =
          "Draw among the likeliest tokens that together reach P. Default: ${DEFAULT-VALUE}")
  private double topP;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "S",
      description = "The same seed draws the same answers. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End an answer before this text; may be repeated.")
  private List<String> stop = List.of();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Answer so many jobs at most, then end.")
  private Long limit;

  @Option(
      names = "--truncate",
      description =
          "Cut a prompt that is too long for the model at its end, as the original does, instead of failing it.")
  private boolean truncate;

  @Option(
      names = "--conv-mode",
      defaultValue = "vicuna_v1",
      paramLabel = "NAME",
      description =
          "Conversation template: vicuna_v1, llava_v1, plain or llama_2. Default: ${DEFAULT-VALUE}")
  private String conversation;

  InferCommand(Stores stores, Shutdown shutdown) {
    this.stores = stores;
    this.shutdown = shutdown;
  }

  /** The dtypes a model can run in. */
  enum Precision {
    FLOAT32(DType.FLOAT32),
    FLOAT16(DType.FLOAT16),
    BFLOAT16(DType.BFLOAT16);

    private final DType dtype;

    Precision(DType dtype) {
      this.dtype = dtype;
    }
  }

  @Override
  public Integer call() {
    EngineSettings engineSettings = new EngineSettings(batch, truncate, true, OptionalLong.empty());
    InferSettings settings = settings();
    ModelSettings modelSettings = new ModelSettings(device, dtype.dtype);
    StopSignal stopSignal = new StopSignal();
    shutdown.guard(stopSignal);
    try (Stores.Connected db = stores.open()) {
      Run run = db.run(runName);
      try (RunLock lock = lock(db, run);
          Heartbeat heartbeat = Heartbeat.start(lock, stopSignal, HEARTBEAT)) {
        RunStatus before = status(db, run);
        if (before.waiting() == 0) {
          System.out.println("run " + runName + ": nothing is waiting");
          return 0;
        }
        return answer(db, run, before, settings, engineSettings, modelSettings, stopSignal);
      }
    }
  }

  private InferSettings settings() {
    return new InferSettings(
        chunk,
        new InferSettings.Window(window(), WINDOW_BYTES),
        limit == null ? OptionalLong.empty() : OptionalLong.of(limit),
        conversation,
        new InferSettings.Defaults(maxNewTokens, temperature, topP, seed, stop));
  }

  private int window() {
    return Math.toIntExact(Math.min(MAX_WINDOW_JOBS, (long) CHUNKS_AHEAD * Math.max(chunk, batch)));
  }

  private static RunLock lock(Stores.Connected db, Run run) {
    return RunLock.tryAcquire(db.database(), run.runId(), owner())
        .orElseThrow(() -> new JobFailedException(busy(db, run), null));
  }

  private static String busy(Stores.Connected db, Run run) {
    String holder =
        RunLock.holder(db.database(), run.runId())
            .map(InferCommand::described)
            .orElse("another process");
    return "run " + run.name() + " is being answered by " + holder + ": wait for it, or stop it";
  }

  private static String described(Lease lease) {
    return lease.owner()
        + " since "
        + lease.acquiredAt()
        + " (heard from at "
        + lease.heartbeatAt()
        + ")";
  }

  private static String owner() {
    return "process " + ManagementFactory.getRuntimeMXBean().getPid() + " on " + host();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an unnamed host";
    }
  }

  private int answer(
      Stores.Connected db,
      Run run,
      RunStatus before,
      InferSettings settings,
      EngineSettings engineSettings,
      ModelSettings modelSettings,
      StopSignal stopSignal) {
    LlavaCheckpoint checkpoint = model.open();
    long started = System.nanoTime();
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory());
        Engine engine = start(checkpoint, modelSettings, tokenizer, engineSettings)) {
      System.err.printf(
          Locale.ROOT,
          "model %s on %s in %s: loaded in %.1f s%n",
          model.name(),
          device,
          dtype.name().toLowerCase(Locale.ROOT),
          (System.nanoTime() - started) / 1e9);
      Preparation preparation =
          new Preparation(ImageLimits.defaults(), Images.config(checkpoint.config()), tokenizer);
      long done = before.answered() + before.failed();
      long total = done + Math.min(before.waiting(), settings.limit().orElse(before.waiting()));
      InferJob.Ending ending;
      try (ConsoleProgress progress = ConsoleProgress.onStderr("jobs", done, total)) {
        ModelName name = new ModelName(model.name(), engine.modelFingerprint());
        ending =
            InferJob.of(
                    new BatchRuntime(db.database().dataSource()),
                    run,
                    settings,
                    preparation,
                    engine,
                    name,
                    progress,
                    stopSignal)
                .run();
      }
      return report(status(db, run), ending, stopSignal);
    }
  }

  private Engine start(
      LlavaCheckpoint checkpoint,
      ModelSettings modelSettings,
      LlamaTokenizer tokenizer,
      EngineSettings engineSettings) {
    try {
      return BatchingEngine.start(checkpoint, modelSettings, tokenizer, engineSettings);
    } catch (ModelException e) {
      throw new InputException(
          "model %s cannot be loaded on %s: check --device and its memory (%s)"
              .formatted(model.name(), device, e.getMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  private static RunStatus status(Stores.Connected db, Run run) {
    return new RunStatusStore(db.database().dataSource()).status(run);
  }

  private static int report(RunStatus status, InferJob.Ending ending, StopSignal stopSignal) {
    String how =
        ending == InferJob.Ending.STOPPED
            ? "stopped (" + stopSignal.reason().orElse("") + ")"
            : "done";
    System.out.printf(
        "run %s %s: %d answered, %d failed, %d waiting%n",
        status.run(), how, status.answered(), status.failed(), status.waiting());
    return ending == InferJob.Ending.STOPPED ? ErrorReport.FAILED : 0;
  }
}
