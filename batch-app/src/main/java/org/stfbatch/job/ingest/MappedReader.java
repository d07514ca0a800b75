package org.stfbatch.job.ingest;

import java.util.function.UnaryOperator;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.NewImageJob;

/** Item reader that applies a function to the jobs of another reader. */
final class MappedReader implements ItemStreamReader<NewImageJob> {
  private final ItemStreamReader<NewImageJob> jobs;
  private final UnaryOperator<NewImageJob> change;

  MappedReader(ItemStreamReader<NewImageJob> jobs, UnaryOperator<NewImageJob> change) {
    this.jobs = jobs;
    this.change = change;
  }

  @Override
  public void open(ExecutionContext context) {
    jobs.open(context);
  }

  @Override
  public NewImageJob read() throws Exception {
    NewImageJob job = jobs.read();
    return job == null ? null : change.apply(job);
  }

  @Override
  public void close() {
    jobs.close();
  }
}
