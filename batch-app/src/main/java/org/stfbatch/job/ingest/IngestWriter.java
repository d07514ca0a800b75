package org.stfbatch.job.ingest;

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
  private final Progress progress;
  private long read;
  private long added;
  private long rejected;

  IngestWriter(long runId, ImageJobStore jobs, Progress progress) {
    this.runId = runId;
    this.jobs = jobs;
    this.progress = progress;
  }

  @Override
  public void write(Chunk<? extends List<NewImageJob>> groups) {
    groups.forEach(this::write);
  }

  private void write(List<NewImageJob> group) {
    added += jobs.insert(runId, group);
    long unusable = group.stream().filter(job -> job.rejection().isPresent()).count();
    read += group.size();
    rejected += unusable;
    progress.advanced(new Progress.Step(group.size(), unusable));
  }

  IngestResult result(boolean stopped) {
    return new IngestResult(read, added, rejected, stopped);
  }
}
