package org.stfbatch.job.ingest;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.ToLongFunction;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamException;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.base.IoReason;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.image.ImageExtension;
import org.stfbatch.job.InputException;
import org.stfbatch.shard.SampleReader;
import org.stfbatch.shard.Shard;
import org.stfbatch.shard.ShardItem;
import org.stfbatch.storage.Storage;

/** Item reader of the jobs of shards, one shard after the other. Memory: one sample. */
final class ShardJobs implements ItemStreamReader<NewImageJob> {
  private final Storage storage;
  private final List<Shard> shards;
  private final SamplePrompt prompt;
  private final ToLongFunction<Shard> sourceIds;
  private final Queue<NewImageJob> jobs = new ArrayDeque<>();
  private Iterator<Shard> rest;
  private Shard shard;
  private SampleReader samples;
  private SampleQuestions questions;

  /**
   * @param sourceIds gives the id of a shard's source; called when the shard is begun
   */
  ShardJobs(
      Storage storage, List<Shard> shards, SamplePrompt prompt, ToLongFunction<Shard> sourceIds) {
    this.storage = storage;
    this.shards = shards;
    this.prompt = prompt;
    this.sourceIds = sourceIds;
  }

  @Override
  public void open(ExecutionContext context) {
    rest = shards.iterator();
  }

  @Override
  public NewImageJob read() {
    while (jobs.isEmpty() && (samples != null || rest.hasNext())) {
      try {
        readSample();
      } catch (IOException e) {
        throw new InputException(
            "%s cannot be read: %s"
                .formatted(shard.address().displayName(), IoReason.withoutFile(e)),
            e);
      }
    }
    return jobs.poll();
  }

  private void readSample() throws IOException {
    if (samples == null) {
      shard = rest.next();
      samples =
          SampleReader.open(
              storage, shard, ImageExtension.KNOWN, !(prompt instanceof SamplePrompt.Fixed));
      questions = new SampleQuestions(shard, prompt, sourceIds.applyAsLong(shard));
    }
    Optional<ShardItem> item = samples.next();
    if (item.isPresent()) {
      jobs.addAll(questions.jobs(item.get()));
    } else {
      close();
    }
  }

  @Override
  public void close() {
    if (samples != null) {
      try {
        samples.close();
      } catch (IOException e) {
        throw new ItemStreamException("cannot close " + shard.name(), e);
      } finally {
        samples = null;
      }
    }
  }
}
