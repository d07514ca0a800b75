package org.stfbatch.job.ingest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.stfbatch.base.Shortened;
import org.stfbatch.db.JobFailure;
import org.stfbatch.db.KnownJobStore;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.engine.Stage;

/**
 * Decides about jobs whose {@code custom_id} the run already has. A job with equal content is a
 * repetition. A job with other content is a duplicate id if this ingest stored the first one, and
 * becomes a failure under another id; if the run had the first one before, it is a correction,
 * which {@link OnChange} decides about. For one thread.
 */
final class KnownIds {
  private static final int NAMED = 3;

  private final long runId;
  private final KnownJobStore known;
  private final OnChange onChange;
  private final QuestionNaming naming;
  private final long newestBefore;
  private final Set<String> replaced = new HashSet<>();
  private final List<String> second = new ArrayList<>();
  private final List<String> changes = new ArrayList<>();
  private long seconds;
  private long changed;
  private long repeats;

  /**
   * @param naming of the jobs
   */
  KnownIds(long runId, KnownJobStore known, OnChange onChange, QuestionNaming naming) {
    this.runId = runId;
    this.known = known;
    this.onChange = onChange;
    this.naming = naming;
    this.newestBefore = known.newest(runId);
  }

  /** Returns whether the run had any jobs when this ingest began. */
  boolean hadJobs() {
    return newestBefore > 0;
  }

  /**
   * Jobs to store in addition to a group's new jobs.
   *
   * @param more jobs whose id belongs to a job of another file, under a different id
   * @param failures duplicate ids within the file
   * @param corrections the new content of jobs that the run has
   */
  record Judged(List<NewImageJob> more, List<NewImageJob> failures, List<NewImageJob> corrections) {
    static final Judged NOTHING = new Judged(List.of(), List.of(), List.of());
  }

  /** Removes and counts the jobs that the run has with the same content under another name. */
  List<NewImageJob> withoutKnown(List<NewImageJob> group) {
    Map<String, List<NewImageJob>> byOther = new LinkedHashMap<>();
    group.forEach(
        job ->
            naming
                .otherName(job)
                .ifPresent(name -> byOther.computeIfAbsent(name, n -> new ArrayList<>()).add(job)));
    byOther.keySet().retainAll(known.existing(runId, byOther.keySet()));
    Set<NewImageJob> found = Collections.newSetFromMap(new IdentityHashMap<>());
    // Jobs with the same other name are compared with it one after the other.
    for (int i = 0; !byOther.isEmpty(); i++) {
      int turn = i;
      byOther.values().removeIf(jobs -> jobs.size() <= turn);
      Map<String, NewImageJob> compared = new LinkedHashMap<>();
      byOther.forEach((name, jobs) -> compared.put(name, jobs.get(turn).named(name)));
      Set<String> others = known.withOtherContent(runId, List.copyOf(compared.values())).keySet();
      byOther.forEach(
          (name, jobs) -> {
            if (!others.contains(name)) {
              found.add(jobs.get(turn));
            }
          });
    }
    repeats += found.size();
    return found.isEmpty() ? group : group.stream().filter(job -> !found.contains(job)).toList();
  }

  /**
   * Returns the jobs of a group whose content differs from the run's jobs of the same name and
   * source.
   */
  List<NewImageJob> changed(List<NewImageJob> group) {
    Map<String, KnownJobStore.Other> others = known.withOtherContent(runId, group);
    return group.stream()
        .filter(job -> others.containsKey(job.customId()))
        .filter(job -> others.get(job.customId()).sameSource())
        .toList();
  }

  /**
   * Classifies a group of which the run had some jobs, and counts them.
   *
   * @param group as it was read, already stored except for the jobs that the run had
   * @param notAdded the number of jobs that the run had
   */
  Judged judge(List<NewImageJob> group, int notAdded) {
    Map<String, NewImageJob> first = new HashMap<>();
    List<NewImageJob> sameName = new ArrayList<>();
    for (NewImageJob job : group) {
      NewImageJob before = first.putIfAbsent(job.customId(), job);
      if (before != null && !isEqual(before, job)) {
        sameName.add(job);
      }
    }
    Map<String, KnownJobStore.Other> others =
        known.withOtherContent(runId, List.copyOf(first.values()));
    List<NewImageJob> ofOtherFiles = new ArrayList<>();
    List<NewImageJob> different = new ArrayList<>();
    for (Map.Entry<String, KnownJobStore.Other> other : others.entrySet()) {
      NewImageJob job = first.get(other.getKey());
      Optional<String> free = naming.otherName(job).filter(n -> !other.getValue().sameSource());
      if (free.isPresent()) {
        ofOtherFiles.add(job.named(free.get()));
        continue;
      }
      boolean isFirst =
          other.getValue().jobId() <= newestBefore && !replaced.contains(other.getKey());
      (isFirst ? different : sameName).add(job);
    }
    List<NewImageJob> news = notReportedBefore(sameName);
    List<NewImageJob> corrections = notReportedBefore(different);
    news.forEach(job -> name(second, job));
    corrections.forEach(job -> name(changes, job));
    seconds += news.size();
    changed += corrections.size();
    repeats += notAdded - news.size() - corrections.size() - ofOtherFiles.size();
    return new Judged(
        ofOtherFiles, news.stream().map(KnownIds::failure).toList(), toReplace(corrections));
  }

  /** Returns the corrections to store. A rejected job never replaces another one. */
  private List<NewImageJob> toReplace(List<NewImageJob> corrections) {
    if (onChange != OnChange.REPLACE) {
      return List.of();
    }
    List<NewImageJob> usable =
        corrections.stream().filter(job -> job.rejection().isEmpty()).toList();
    usable.forEach(job -> replaced.add(job.customId()));
    return usable;
  }

  /** Removes duplicate ids that an earlier ingest or an earlier line has already reported. */
  private List<NewImageJob> notReportedBefore(List<NewImageJob> jobs) {
    if (jobs.isEmpty()) {
      return jobs;
    }
    Map<String, NewImageJob> byFailure = new LinkedHashMap<>();
    jobs.forEach(job -> byFailure.putIfAbsent(nameOfFailure(job), job));
    byFailure.keySet().removeAll(known.existing(runId, byFailure.keySet()));
    return List.copyOf(byFailure.values());
  }

  static void name(List<String> names, NewImageJob job) {
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

  /** Returns a clause for each kind of known jobs. */
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
    long kept = changed - replaced.size();
    if (!replaced.isEmpty()) {
      notes.add(
          "%d changed and asked anew (%s)".formatted(replaced.size(), names(changes, changed)));
    }
    if (kept > 0) {
      notes.add(
          "%d known %s with other content, kept as in the run (%s): %s"
              .formatted(
                  kept,
                  kept == 1 ? "id" : "ids",
                  names(changes, changed),
                  onChange == OnChange.REPLACE
                      ? "the new content cannot be asked"
                      : "--on-change replace asks them anew"));
    }
    return notes;
  }

  /** Returns the first names of a list with {@code count} entries. */
  static String names(List<String> names, long count) {
    return String.join(", ", names) + (count > names.size() ? ", ..." : "");
  }
}
