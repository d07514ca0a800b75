package org.stfbatch.job.ingest;

import java.util.ArrayList;
import java.util.List;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemWriter;
import org.stfbatch.db.ChangedJobStore;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.job.Progress;

/** Item writer that stores groups of new jobs. */
final class IngestWriter implements ItemWriter<List<NewImageJob>> {
  private final long runId;
  private final ImageJobStore jobs;
  private final KnownIds known;
  private final ChangedJobStore changes;
  private final Progress progress;
  private ChangedJobStore.Replaced replaced = ChangedJobStore.Replaced.NONE;
  private long read;
  private long added;
  private long rejected;

  IngestWriter(
      long runId, ImageJobStore jobs, KnownIds known, ChangedJobStore changes, Progress progress) {
    this.runId = runId;
    this.jobs = jobs;
    this.known = known;
    this.changes = changes;
    this.progress = progress;
  }

  @Override
  public void write(Chunk<? extends List<NewImageJob>> groups) {
    groups.forEach(this::write);
  }

  private void write(List<NewImageJob> group) {
    List<NewImageJob> unknown = known.hadJobs() ? known.withoutKnown(group) : group;
    int inserted = jobs.insert(runId, unknown);
    KnownIds.Judged judged =
        inserted < unknown.size()
            ? known.judge(unknown, unknown.size() - inserted)
            : KnownIds.Judged.NOTHING;
    added += inserted;
    for (List<NewImageJob> more : List.of(judged.more(), judged.failures())) {
      if (!more.isEmpty()) {
        added += jobs.insert(runId, more);
      }
    }
    if (!judged.corrections().isEmpty()) {
      replaced = replaced.plus(changes.replace(runId, judged.corrections()));
    }
    long unusable =
        judged.failures().size()
            + group.stream().filter(job -> job.rejection().isPresent()).count();
    read += group.size();
    rejected += unusable;
    progress.advanced(new Progress.Step(group.size(), unusable));
  }

  /** Returns the number of jobs that were read and stored. */
  long stored() {
    return read;
  }

  /**
   * @param more further notes
   */
  IngestResult result(List<String> more, boolean stopped) {
    List<String> notes = new ArrayList<>(known.notes());
    if (replaced.answers() > 0) {
      notes.add(
          replaced.answers() == 1
              ? "1 answer to what it was before is deleted"
              : "%d answers to what they were before are deleted".formatted(replaced.answers()));
    }
    notes.addAll(more);
    return new IngestResult(read, added, rejected, notes, stopped);
  }
}
