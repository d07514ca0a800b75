package org.stfbatch.job.ingest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stfbatch.base.Shortened;
import org.stfbatch.db.JobFailure;
import org.stfbatch.db.KnownJobStore;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.engine.Stage;

/**
 * What becomes of jobs whose {@code custom_id} the run has. An equal one is a repetition. One that
 * asks something else is, if this ingest stored the first one, a second request under the name of
 * another: a failure under a name of its own. If the run had it before, it may be a correction, and
 * the run's own job is kept. For one thread.
 */
final class KnownIds {
  private static final int NAMED = 3;

  private final long runId;
  private final KnownJobStore known;
  private final long newestBefore;
  private final List<String> second = new ArrayList<>();
  private final List<String> kept = new ArrayList<>();
  private long seconds;
  private long keeps;
  private long repeats;

  KnownIds(long runId, KnownJobStore known) {
    this.runId = runId;
    this.known = known;
    this.newestBefore = known.newest(runId);
  }

  /**
   * Judges a group of which the run had some, and counts.
   *
   * @param group as it was read, and stored but for those that the run had
   * @param notAdded how many of them that are
   * @return failures to be stored
   */
  List<NewImageJob> secondRequests(List<NewImageJob> group, int notAdded) {
    Map<String, NewImageJob> first = new HashMap<>();
    List<NewImageJob> sameName = new ArrayList<>();
    for (NewImageJob job : group) {
      NewImageJob before = first.putIfAbsent(job.customId(), job);
      if (before != null && !isEqual(before, job)) {
        sameName.add(job);
      }
    }
    Map<String, Long> others = known.withOtherContent(runId, List.copyOf(first.values()));
    List<NewImageJob> changed = new ArrayList<>();
    for (Map.Entry<String, Long> other : others.entrySet()) {
      NewImageJob job = first.get(other.getKey());
      (other.getValue() > newestBefore ? sameName : changed).add(job);
    }
    List<NewImageJob> news = notSaidBefore(sameName);
    List<NewImageJob> corrections = notSaidBefore(changed);
    news.forEach(job -> name(second, job));
    corrections.forEach(job -> name(kept, job));
    seconds += news.size();
    keeps += corrections.size();
    repeats += notAdded - news.size() - corrections.size();
    return news.stream().map(KnownIds::failure).toList();
  }

  /** What an earlier ingest, or an earlier line, said of a second request stands. */
  private List<NewImageJob> notSaidBefore(List<NewImageJob> jobs) {
    if (jobs.isEmpty()) {
      return jobs;
    }
    Map<String, NewImageJob> byFailure = new LinkedHashMap<>();
    jobs.forEach(job -> byFailure.putIfAbsent(nameOfFailure(job), job));
    byFailure.keySet().removeAll(known.existing(runId, byFailure.keySet()));
    return List.copyOf(byFailure.values());
  }

  private static void name(List<String> names, NewImageJob job) {
    if (names.size() < NAMED) {
      names.add(Shortened.given(job.customId()));
    }
  }

  private static boolean isEqual(NewImageJob a, NewImageJob b) {
    return a.rejection().isPresent() || b.rejection().isPresent()
        ? a.rejection().map(JobFailure::code).equals(b.rejection().map(JobFailure::code))
        : a.prompt().equals(b.prompt()) && a.settings().equals(b.settings());
  }

  private static NewImageJob failure(NewImageJob job) {
    return NewImageJob.rejected(
        nameOfFailure(job),
        job.sourceId(),
        job.prompt(),
        new JobFailure(
            Stage.INGEST.stored(),
            RequestLineParser.REQUEST_LINE,
            "the custom_id \""
                + Shortened.given(job.customId())
                + "\" is another request's, earlier in the file: give each its own",
            1));
  }

  private static String nameOfFailure(NewImageJob job) {
    return CustomIds.ofSecond(
        job.customId(), job.prompt().toString() + job.settings() + job.rejection());
  }

  /** A part of a sentence for each kind of known job that was met. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (repeats > 0) {
      notes.add(repeats + " known already");
    }
    if (seconds > 0) {
      notes.add(
          "%d under the custom_id of another request in the file (%s)"
              .formatted(seconds, names(second, seconds)));
    }
    if (keeps > 0) {
      notes.add(
          "%d known %s with other content, kept as in the run (%s): use another id or another run"
              .formatted(keeps, keeps == 1 ? "id" : "ids", names(kept, keeps)));
    }
    return notes;
  }

  private static String names(List<String> names, long count) {
    return String.join(", ", names) + (count > names.size() ? ", ..." : "");
  }
}
