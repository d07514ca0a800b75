package org.stfbatch.cli.train;

import java.io.IOException;
import java.util.List;
import org.stfbatch.base.Plural;
import org.stfbatch.cli.console.Notices;
import org.stfbatch.cli.service.ExitCode;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.train.TrainJob;
import org.stfbatch.training.TowerRun;
import org.stfbatch.training.Training;
import org.stfbatch.training.TrainingRun;
import org.stfbatch.training.TrainingSettings;
import org.stfbatch.training.TrainingStage;

/** Runs a training from the command's options to its end. */
final class TrainSession {
  private static final int REFUSALS_SHOWN = 10;

  private final Stores stores;
  private final Shutdown shutdown;
  private final TrainOptions options;
  private final TrainingSettings settings;
  private final StopSignal stopSignal = new StopSignal();

  TrainSession(Stores stores, Shutdown shutdown, TrainOptions options, TrainingSettings settings) {
    this.stores = stores;
    this.shutdown = shutdown;
    this.options = options;
    this.settings = settings;
  }

  /**
   * @return the exit code
   */
  int run() throws IOException {
    options.checkOutputs(stores);
    try (Training training = open()) {
      if (training.isDone()) {
        System.out.println("trained already: " + training.model());
        return 0;
      }
      shutdown.guard(stopSignal);
      try (Stores.Connected db = stores.open()) {
        announce(training);
        return report(training, train(db, training));
      }
    }
  }

  private Training open() throws IOException {
    return settings.stage() == TrainingStage.TOWER
        ? TowerRun.open(options.input(), settings, options.output())
        : TrainingRun.open(options.input(), settings, options.output());
  }

  private static void announce(Training training) {
    String from =
        training.stepsDone() == 0 ? "" : ", resuming after step %d".formatted(training.stepsDone());
    Notices.onStderr(
        "%d samples, %d pictures, %d steps%s"
            .formatted(training.samples(), training.pictures(), training.steps(), from));
    if (training.samplesLeftOut() > 0) {
      Notices.warning(
          "%d more samples are left out: they have no answer, or this tokenizer splits their rounds otherwise alone than within the conversation, so that LLaVA's trainer masks all of it"
              .formatted(training.samplesLeftOut()));
    }
    List<String> refused = training.samplesRefused();
    refused.stream().limit(REFUSALS_SHOWN).forEach(TrainSession::warnOfRefused);
    if (refused.size() > REFUSALS_SHOWN) {
      Notices.warning(
          "%d further samples are left out for reasons of this kind"
              .formatted(refused.size() - REFUSALS_SHOWN));
    }
  }

  private static void warnOfRefused(String refusal) {
    Notices.warning("left out: " + refusal);
  }

  private boolean train(Stores.Connected db, Training training) {
    try (ConsoleTraining progress = ConsoleTraining.onStderr()) {
      return new TrainJob(
              new BatchRuntime(db.database().dataSource()),
              training,
              options.name(),
              progress,
              stopSignal)
          .run();
    }
  }

  private int report(Training training, boolean stopped) {
    if (stopped) {
      System.out.printf(
          "training stopped (%s) after step %d of %d: the same command resumes%n",
          stopSignal.reason().orElse(""), training.stepsDone(), training.steps());
      return ExitCode.FAILED;
    }
    System.out.printf("trained in %s: %s%n", Plural.of(training.steps(), "step"), training.model());
    return 0;
  }
}
