package org.stfbatch.cli.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.EvaluationStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunLock;
import org.stfbatch.db.RunModelStore;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.StoredEvaluation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says how far a run is. */
@Command(name = "status", description = "Says how far a run is.")
public final class StatusCommand implements Callable<Integer> {
  private final Stores stores;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run's name.")
  private String run;

  @Option(names = "--json", description = "As one JSON object.")
  private boolean json;

  StatusCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws JsonProcessingException {
    try (Stores.Connected db = stores.open()) {
      Run found = db.run(run);
      RunStatus status = new RunStatusStore(db.database().dataSource()).status(found);
      List<ModelIdentity> models = new RunModelStore(db.database().dataSource()).all(found.runId());
      if (json) {
        System.out.println(new ObjectMapper().writeValueAsString(object(status, models)));
      } else {
        print(status);
        models.forEach(StatusCommand::print);
        new EvaluationStore(db.database().dataSource())
            .find(found.runId())
            .ifPresent(StatusCommand::print);
        RunLock.holder(db.database(), found.runId())
            .ifPresent(
                lease ->
                    System.out.println(
                        "worked on by " + lease.owner() + " since " + lease.acquiredAt()));
      }
      return 0;
    }
  }

  private static Map<String, Object> object(RunStatus status, List<ModelIdentity> models) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("run", status.run());
    object.put("jobs", status.jobs());
    object.put("answered", status.answered());
    object.put("failed", status.failed());
    object.put("waiting", status.waiting());
    object.put("failures", status.failures());
    object.put("images_per_second", status.imagesPerSecond());
    object.put("questions_per_second", status.questionsPerSecond());
    object.put(
        "eta_seconds", status.etaSeconds().isPresent() ? status.etaSeconds().getAsDouble() : null);
    object.put("models", models.stream().map(StatusCommand::object).toList());
    return object;
  }

  private static Map<String, Object> object(ModelIdentity model) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("fingerprint", model.fingerprint());
    object.put("compression", model.compression());
    object.put("weight_format", model.weightFormat());
    return object;
  }

  private static void print(ModelIdentity model) {
    System.out.printf("answered by model %s, %s%n", model.fingerprint(), model.settings());
  }

  private static void print(StoredEvaluation evaluation) {
    System.out.printf(
        Locale.ROOT,
        "benchmark %s: %d of %d questions answered%n",
        evaluation.benchmark(),
        evaluation.answered(),
        evaluation.questions());
    evaluation
        .headline()
        .ifPresent(score -> System.out.printf(Locale.ROOT, "  score %.2f%n", score));
    evaluation.problem().ifPresent(problem -> System.out.println("  no score: " + problem));
  }

  private static void print(RunStatus status) {
    System.out.printf(
        "run %s: %d jobs, %d answered, %d failed, %d waiting%n",
        status.run(), status.jobs(), status.answered(), status.failed(), status.waiting());
    status.failures().forEach((code, count) -> System.out.printf("  %-24s %d%n", code, count));
    if (status.questionsPerSecond() > 0) {
      System.out.printf(
          Locale.ROOT,
          "last speed: %.2f images/s, %.2f questions/s%n",
          status.imagesPerSecond(),
          status.questionsPerSecond());
    }
    status
        .etaSeconds()
        .ifPresent(eta -> System.out.printf(Locale.ROOT, "left at that speed: %.0f s%n", eta));
  }
}
