package org.stfbatch.job.ingest;

import java.util.ArrayList;
import java.util.List;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemWriter;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.job.Progress;

/** Stores a chunk of new jobs. */
final class IngestWriter implements ItemWriter<NewImageJob> {
  private final long runId;
  private final ImageJobStore jobs;
  private final Progress progress;
  private IngestResult result = new IngestResult(0, 0, 0);

  IngestWriter(long runId, ImageJobStore jobs, Progress progress) {
    this.runId = runId;
    this.jobs = jobs;
    this.progress = progress;
  }

  @Override
  public void write(Chunk<? extends NewImageJob> chunk) {
    List<NewImageJob> items = new ArrayList<>(chunk.getItems());
    int added = jobs.insert(runId, items);
    long rejected = items.stream().filter(job -> job.rejection().isPresent()).count();
    result =
        new IngestResult(
            result.read() + items.size(), result.added() + added, result.rejected() + rejected);
    progress.advanced(new Progress.Step(items.size(), rejected));
  }

  IngestResult result() {
    return result;
  }
}
