package org.stfbatch.job.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.base.IoReason;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.job.InputException;
import org.stfbatch.shard.Shard;
import org.stfbatch.storage.Storage;
import org.stfbatch.storage.StorageAddress;

/**
 * WebDataset shards as a source of jobs.
 *
 * @param storage opens the shards; not closed here
 * @param pattern as given, for messages
 * @param shards in the order in which they are read
 * @param prompt where the questions come from
 */
public record WebDataset(Storage storage, String pattern, List<Shard> shards, SamplePrompt prompt) {
  private static final int SIGNATURE = 16;

  /**
   * Returns the shards of a pattern with braces, as {@code part-{000..099}.tar}.
   *
   * @throws InputException if it names no valid addresses
   */
  public static WebDataset of(Storage storage, String pattern, SamplePrompt prompt) {
    try {
      return new WebDataset(storage, pattern, Shard.of(pattern), prompt);
    } catch (IllegalArgumentException e) {
      throw new InputException("--questions " + pattern + ": " + e.getMessage(), e);
    }
  }

  /**
   * Verifies, before anything is stored, that all local shards are there, that none of them is
   * compressed, and that some sample is usable.
   *
   * @throws InputException naming a shard and the cure
   */
  public void requireUsable() {
    for (Shard shard : shards) {
      if (shard.address() instanceof StorageAddress.LocalFile file) {
        requireFile(file.path());
      }
    }
    for (Shard shard : shards) {
      if (shard == shards.get(0) || shard.address() instanceof StorageAddress.LocalFile) {
        requireTar(shard);
      }
    }
    requireUsableSample();
  }

  private static void requireFile(Path file) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new InputException(
          "the shard " + file + " cannot be read: check --questions, also its braces");
    }
  }

  /** A compressed tar has no places from which images could be read again. */
  private void requireTar(Shard shard) {
    try (InputStream in = storage.open(shard.address())) {
      Optional<FileSignature> other =
          FileSignature.of(in.readNBytes(SIGNATURE))
              .filter(signature -> signature != FileSignature.NUL);
      if (other.isPresent()) {
        throw new InputException(
            "the shard %s %s".formatted(shard.address().displayName(), other.get().complaint()));
      }
    } catch (IOException e) {
      throw new InputException(
          "the shard %s cannot be read: %s"
              .formatted(shard.address().displayName(), IoReason.withoutFile(e)),
          e);
    }
  }

  private void requireUsableSample() {
    long[] unusable = new long[1];
    String[] first = new String[1];
    boolean hasNoOther =
        QuestionFormat.read(
            Path.of(pattern),
            reader(shard -> 0),
            job -> {
              if (job.rejection().isEmpty()) {
                return false;
              }
              first[0] = unusable[0]++ == 0 ? job.rejection().get().message() : first[0];
              return true;
            });
    if (hasNoOther && unusable[0] > 0) {
      throw new InputException(
          "%s has no sample that can be used, so nothing is stored; the first of %d: %s"
              .formatted(pattern, unusable[0], first[0]));
    }
  }

  /** Returns a reader of all jobs. */
  ItemStreamReader<NewImageJob> reader(ToLongFunction<Shard> sourceIds) {
    return new ShardJobs(storage, shards, prompt, sourceIds);
  }

  /** Reads all shards and stores nothing. */
  public IngestPreview preview() {
    return IngestPreview.of(
        QuestionSource.of(Path.of(pattern), Path.of(shards.get(0).folder())), reader(shard -> 0));
  }
}
