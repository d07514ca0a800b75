package org.stfbatch.cli.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.RunLock;
import org.stfbatch.db.RunSummary;
import org.stfbatch.db.RunSummaryStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runs}: lists the runs. */
@Command(
    name = "runs",
    description = {"Lists the runs, oldest first, with state, counts, times and disk space."},
    footer = {"  stf-batch runs", "  stf-batch runs --json"})
public final class RunsCommand implements Callable<Integer> {
  private static final double MEBI = 1 << 20;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());
  private static final String ROW = "%-10s%9s%9s%9s%9s  %-21s%-21s%9s  %s%n";

  private final Stores stores;

  @Option(names = "--json", description = "Print one JSON list.")
  private boolean json;

  RunsCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws JsonProcessingException {
    try (Stores.Connected db = stores.open()) {
      List<Map<String, Object>> objects = new ArrayList<>();
      List<RunSummary> runs = new RunSummaryStore(db.database().dataSource()).all();
      if (!json) {
        System.out.printf(
            ROW,
            "state",
            "jobs",
            "answered",
            "failed",
            "waiting",
            "started",
            "last outcome",
            "MiB",
            "run");
      }
      for (RunSummary run : runs) {
        RunState state = state(db, run);
        objects.add(object(run, state));
        if (!json) {
          print(run, state);
        }
      }
      if (json) {
        System.out.println(new ObjectMapper().writeValueAsString(objects));
      }
      return 0;
    }
  }

  private static RunState state(Stores.Connected db, RunSummary run) {
    boolean isHeld = !RunLock.holders(db.database(), run.run().runId()).isEmpty();
    return RunState.of(isHeld, run.jobs(), run.waiting());
  }

  private static void print(RunSummary run, RunState state) {
    System.out.printf(
        Locale.ROOT,
        ROW,
        state,
        run.jobs(),
        run.answered(),
        run.failed(),
        run.waiting(),
        run.startedAt().map(TIME::format).orElse("-"),
        run.finishedAt().map(TIME::format).orElse("-"),
        String.format(Locale.ROOT, "%.1f", run.bytes() / MEBI),
        run.run().name());
  }

  private static Map<String, Object> object(RunSummary run, RunState state) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("run", run.run().name());
    object.put("state", state.toString());
    object.put("jobs", run.jobs());
    object.put("answered", run.answered());
    object.put("failed", run.failed());
    object.put("waiting", run.waiting());
    object.put("created_at", run.run().createdAt().toString());
    object.put("started_at", text(run.startedAt()));
    object.put("finished_at", text(run.finishedAt()));
    object.put("bytes", run.bytes());
    return object;
  }

  private static String text(Optional<Instant> time) {
    return time.map(Instant::toString).orElse(null);
  }
}
