package org.stfbatch.job.ingest;

import java.util.Optional;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.NewImageJob;

/** Gives choices to the jobs of another reader that have none of their own. */
final class ChoosingReader implements ItemStreamReader<NewImageJob> {
  private final ItemStreamReader<NewImageJob> jobs;
  private final ChoiceTexts choices;

  ChoosingReader(ItemStreamReader<NewImageJob> jobs, ChoiceTexts choices) {
    this.jobs = jobs;
    this.choices = choices;
  }

  @Override
  public void open(ExecutionContext context) {
    jobs.open(context);
  }

  @Override
  public NewImageJob read() throws Exception {
    NewImageJob job = jobs.read();
    return job == null ? null : job.withDefaultChoices(Optional.of(choices));
  }

  @Override
  public void close() {
    jobs.close();
  }
}
