package org.stfbatch.job.ingest;

import java.util.ArrayList;
import java.util.List;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemWriter;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.job.Progress;

/** Stores groups of new jobs. */
final class IngestWriter implements ItemWriter<List<NewImageJob>> {
  private final long runId;
  private final ImageJobStore jobs;
  private final KnownIds known;
  private final Progress progress;
  private long read;
  private long added;
  private long rejected;

  IngestWriter(long runId, ImageJobStore jobs, KnownIds known, Progress progress) {
    this.runId = runId;
    this.jobs = jobs;
    this.known = known;
    this.progress = progress;
  }

  @Override
  public void write(Chunk<? extends List<NewImageJob>> groups) {
    groups.forEach(this::write);
  }

  private void write(List<NewImageJob> group) {
    int inserted = jobs.insert(runId, group);
    List<NewImageJob> second =
        inserted < group.size() ? known.secondRequests(group, group.size() - inserted) : List.of();
    added += inserted;
    if (!second.isEmpty()) {
      added += jobs.insert(runId, second);
    }
    long unusable =
        second.size() + group.stream().filter(job -> job.rejection().isPresent()).count();
    read += group.size();
    rejected += unusable;
    progress.advanced(new Progress.Step(group.size(), unusable));
  }

  /** How many were read and stored. */
  long stored() {
    return read;
  }

  /**
   * @param more what else there is to say
   */
  IngestResult result(List<String> more, boolean stopped) {
    List<String> notes = new ArrayList<>(known.notes());
    notes.addAll(more);
    return new IngestResult(read, added, rejected, notes, stopped);
  }
}
