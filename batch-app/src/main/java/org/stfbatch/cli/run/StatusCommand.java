package org.stfbatch.cli.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.base.Plural;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.EvaluationStore;
import org.stfbatch.db.Lease;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunLock;
import org.stfbatch.db.RunModelStore;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunTimes;
import org.stfbatch.db.StoredEvaluation;
import org.stfbatch.db.WorkerStore;
import org.stfbatch.db.WorkerStore.LiveWorker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code status}: shows the state of a run. */
@Command(
    name = "status",
    description = {"Shows the progress, speed and failures of a run."},
    footer = {"  stf-batch status --run nightly", "  stf-batch status --run nightly --json"})
public final class StatusCommand implements Callable<Integer> {
  private final Stores stores;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run.")
  private String run;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  StatusCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws JsonProcessingException {
    try (Stores.Connected db = stores.open()) {
      Run found = db.run(run);
      RunStatusStore store = new RunStatusStore(db.database().dataSource());
      RunStatus status = store.status(found);
      Optional<Lease> holder = RunLock.holder(db.database(), found.runId());
      List<LiveWorker> workers = new WorkerStore(db.database().dataSource()).alive(found.runId());
      List<ModelIdentity> models = new RunModelStore(db.database().dataSource()).all(found.runId());
      if (json) {
        System.out.println(
            new ObjectMapper()
                .writeValueAsString(
                    object(found, status, store.times(found), holder, workers, models)));
      } else {
        print(status);
        models.forEach(StatusCommand::print);
        new EvaluationStore(db.database().dataSource())
            .find(found.runId())
            .ifPresent(StatusCommand::print);
        holder.ifPresent(
            lease ->
                System.out.println(
                    "worked on by " + lease.owner() + " since " + lease.acquiredAt()));
        workers.forEach(StatusCommand::print);
      }
      return 0;
    }
  }

  private static Map<String, Object> object(
      Run run,
      RunStatus status,
      RunTimes times,
      Optional<Lease> holder,
      List<LiveWorker> workers,
      List<ModelIdentity> models) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("run", status.run());
    boolean isHeld = holder.isPresent() || !workers.isEmpty();
    object.put("state", RunState.of(isHeld, status.jobs(), status.waiting()).toString());
    object.put("created_at", run.createdAt().toString());
    object.put("started_at", text(times.started()));
    object.put("finished_at", text(times.finished()));
    object.put("attempts", times.attempts());
    object.put("holder", holder.map(StatusCommand::object).orElse(null));
    object.put("workers", workers.stream().map(StatusCommand::object).toList());
    object.put("request_counts", requestCounts(status));
    object.put("jobs", status.jobs());
    object.put("answered", status.answered());
    object.put("failed", status.failed());
    object.put("waiting", status.waiting());
    object.put("failures", status.failures());
    object.put("retried_failures", status.retries().failures());
    object.put("answered_on_retry", status.retries().answered());
    object.put("reused", status.reused());
    object.put("images_per_second", status.imagesPerSecond());
    object.put("questions_per_second", status.questionsPerSecond());
    object.put(
        "eta_seconds", status.etaSeconds().isPresent() ? status.etaSeconds().getAsDouble() : null);
    object.put("models", models.stream().map(StatusCommand::object).toList());
    return object;
  }

  /** Returns the counts in the form of the batch object of OpenAI's API. */
  private static Map<String, Object> requestCounts(RunStatus status) {
    Map<String, Object> counts = new LinkedHashMap<>();
    counts.put("total", status.jobs());
    counts.put("completed", status.answered());
    counts.put("failed", status.failed());
    return counts;
  }

  private static Map<String, Object> object(Lease lease) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("owner", lease.owner());
    object.put("since", lease.acquiredAt().toString());
    object.put("heartbeat_at", lease.heartbeatAt().toString());
    return object;
  }

  private static Map<String, Object> object(LiveWorker worker) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", worker.name());
    object.putAll(object(worker.lease()));
    object.put("device", worker.device().orElse(null));
    object.put("state", worker.state().toString());
    object.put("units", worker.units());
    object.put("jobs", worker.jobs());
    object.put("questions_per_second", worker.questionsPerSecond());
    return object;
  }

  private static void print(LiveWorker worker) {
    System.out.println(WorkerLine.of(worker));
  }

  private static String text(Optional<Instant> time) {
    return time.map(Instant::toString).orElse(null);
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
        "run %s: %s, %d answered, %d failed, %d waiting%n",
        status.run(),
        Plural.of(status.jobs(), "job"),
        status.answered(),
        status.failed(),
        status.waiting());
    status.failures().forEach((code, count) -> System.out.printf("  %-24s %d%n", code, count));
    if (status.retries().failures() > 0 || status.retries().answered() > 0) {
      System.out.printf(
          "retried: %s, %d answered on a later attempt%n",
          Plural.of(status.retries().failures(), "failure"), status.retries().answered());
    }
    if (status.reused() > 0) {
      System.out.printf("reused: %s%n", Plural.of(status.reused(), "answer"));
    }
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
