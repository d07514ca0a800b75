package org.stfbatch.job.ingest;

import java.util.ArrayList;
import java.util.List;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.NewImageJob;

/**
 * Item reader of groups of jobs, bounded by count and size: a line may hold a whole image, and a
 * thousand of those fit neither the memory nor one statement.
 */
final class JobGroups implements ItemStreamReader<List<NewImageJob>> {
  private final ItemStreamReader<NewImageJob> reader;
  private final int maxJobs;
  private final long maxCharacters;

  /**
   * @param maxCharacters a group ends with the job that reaches it
   */
  JobGroups(ItemStreamReader<NewImageJob> reader, int maxJobs, long maxCharacters) {
    this.reader = reader;
    this.maxJobs = maxJobs;
    this.maxCharacters = maxCharacters;
  }

  @Override
  public List<NewImageJob> read() throws Exception {
    List<NewImageJob> group = new ArrayList<>();
    long characters = 0;
    while (group.size() < maxJobs && characters < maxCharacters) {
      NewImageJob job = reader.read();
      if (job == null) {
        break;
      }
      group.add(job);
      characters += job.prompt().text().length() + job.prompt().image().orElse("").length();
    }
    return group.isEmpty() ? null : group;
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
