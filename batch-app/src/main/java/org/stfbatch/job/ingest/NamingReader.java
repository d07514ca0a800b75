package org.stfbatch.job.ingest;

import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.NewImageJob;

/** Gives jobs the names that a run has for questions. */
final class NamingReader implements ItemStreamReader<NewImageJob> {
  private final ItemStreamReader<NewImageJob> reader;
  private final QuestionNaming names;

  NamingReader(ItemStreamReader<NewImageJob> reader, QuestionNaming names) {
    this.reader = reader;
    this.names = names;
  }

  @Override
  public NewImageJob read() throws Exception {
    NewImageJob job = reader.read();
    return job == null ? null : names.named(job);
  }

  @Override
  public void open(ExecutionContext context) {
    reader.open(context);
  }

  @Override
  public void close() {
    reader.close();
  }
}
