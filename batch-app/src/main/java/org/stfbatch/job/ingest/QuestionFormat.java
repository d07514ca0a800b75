package org.stfbatch.job.ingest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.StoredJob;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.job.InputException;

/** Formats of question files. */
public enum QuestionFormat {
  /** JSON lines as LLaVA's evaluation scripts read them. */
  LLAVA,
  /** Request lines of OpenAI's Batch API, for chat completions. */
  OPENAI,
  /** Comma-separated values with the columns of question lines. */
  CSV,
  /** Tab-separated values with the columns of question lines. */
  TSV,
  /** Apache Parquet with the columns of question lines. */
  PARQUET,
  /** Tar files of images with their questions: see {@link WebDataset}. */
  WEBDATASET;

  /**
   * Returns the format for a file name extension, ignoring case; {@link #LLAVA} if the extension is
   * unknown.
   */
  public static QuestionFormat of(Path file) {
    String name = file.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT);
    for (QuestionFormat format : values()) {
      if (format != OPENAI && format != WEBDATASET && format.name().equals(ending)) {
        return format;
      }
    }
    return LLAVA;
  }

  /**
   * Reads a file up to its first usable line before any of it is stored. A file that is not a
   * regular file can be read only once and is checked while it is read.
   *
   * @throws InputException if it has another format, or has lines and none is usable
   */
  public void requireUsable(Path file, ImageRoot imageRoot) {
    if (!Files.isRegularFile(file)) {
      return;
    }
    UnusableLines unusable = new UnusableLines();
    boolean hasNoOther = read(file, imageRoot, unusable::count);
    if (hasNoOther && unusable.count > 0) {
      throw new InputException(
          "%s has %d lines, and none can be used, so nothing is stored: check --format; of the first one: %s"
              .formatted(file, unusable.count, unusable.firstReason));
    }
  }

  private static final class UnusableLines {
    private long count;
    private String firstReason;

    /** Counts a rejected job. Returns whether the job is one. */
    boolean count(NewImageJob job) {
      if (job.rejection().isEmpty()) {
        return false;
      }
      firstReason = count == 0 ? job.rejection().get().message() : firstReason;
      count++;
      return true;
    }
  }

  /**
   * Returns the first usable questions of a file as jobs, without storing them.
   *
   * @param imageRoot the folder that their images are in
   * @throws InputException if it has another format or cannot be read
   */
  public List<StoredJob> first(Path file, ImageRoot imageRoot, int limit) {
    List<StoredJob> jobs = new ArrayList<>();
    read(
        file,
        imageRoot,
        job -> {
          if (job.rejection().isEmpty()) {
            jobs.add(job(jobs.size(), job, imageRoot));
          }
          return jobs.size() < limit;
        });
    return jobs;
  }

  /**
   * Reads a file from its beginning.
   *
   * @param action returns whether to continue with the next job
   * @return whether the file was read to its end
   * @throws InputException if it has another format or cannot be read
   */
  boolean read(Path file, ImageRoot imageRoot, Predicate<NewImageJob> action) {
    return read(file, reader(file, imageRoot, 0), action);
  }

  /**
   * Reads the items of a reader.
   *
   * @param reader of the file; it is opened and closed
   * @param action returns whether to continue with the next item
   * @return whether the file was read to its end
   * @throws InputException if it has another format or cannot be read
   */
  static <T> boolean read(Path file, ItemStreamReader<T> reader, Predicate<T> action) {
    try {
      reader.open(new ExecutionContext());
      T next = reader.read();
      while (next != null) {
        if (!action.test(next)) {
          return false;
        }
        next = reader.read();
      }
      return true;
    } catch (InputException e) {
      throw e;
    } catch (Exception e) {
      throw new InputException(file + " cannot be read: " + e.getMessage(), e);
    } finally {
      reader.close();
    }
  }

  private static StoredJob job(long id, NewImageJob job, ImageRoot imageRoot) {
    return new StoredJob(
        id,
        0,
        job.customId(),
        job.prompt().image().orElse(""),
        Optional.of(imageRoot.toString()),
        job.prompt(),
        job.settings());
  }

  ItemStreamReader<NewImageJob> reader(Path file, ImageRoot imageRoot, long sourceId) {
    CustomIds ids = new CustomIds(imageRoot);
    LineParser questions = new QuestionLineParser(sourceId, ids);
    return switch (this) {
      case LLAVA -> new QuestionFileReader(file, questions, QuestionFileHead::requireQuestions);
      case OPENAI ->
          new QuestionFileReader(
              file,
              new RequestLineParser(sourceId, ids, imageRoot),
              QuestionFileHead::requireRequests);
      case CSV -> new CsvFileReader(file, ',', questions);
      case TSV -> new CsvFileReader(file, '\t', questions);
      case PARQUET -> new ParquetFileQuestions(file, questions);
      case WEBDATASET ->
          throw new InputException(
              "--format webdataset is for ingest: give a file of questions here");
    };
  }
}
