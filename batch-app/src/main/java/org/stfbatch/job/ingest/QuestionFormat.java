package org.stfbatch.job.ingest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.StoredJob;
import org.stfbatch.job.InputException;

/** The formats of question files. */
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
  PARQUET;

  /** What a file's ending says, in any case of letters: {@link #LLAVA} if it says nothing. */
  public static QuestionFormat of(Path file) {
    String name = file.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT);
    for (QuestionFormat format : values()) {
      if (format != OPENAI && format.name().equals(ending)) {
        return format;
      }
    }
    return LLAVA;
  }

  /**
   * Looks at the beginning of a file, before anything is stored of it. What is no file on a disk
   * can be read once only, and is looked at when it is.
   *
   * @throws InputException if it is not of this format
   */
  public void requireReadable(Path file) {
    if (!Files.isRegularFile(file)) {
      return;
    }
    ItemStreamReader<NewImageJob> reader = reader(file, file.toAbsolutePath().getParent(), 0);
    try {
      reader.open(new ExecutionContext());
    } finally {
      reader.close();
    }
  }

  /**
   * The first usable questions of a file, as jobs that nothing stores.
   *
   * @param imageRoot the folder below which their images are
   * @throws InputException if it is not of this format, or cannot be read
   */
  public List<StoredJob> first(Path file, Path imageRoot, int limit) {
    ItemStreamReader<NewImageJob> reader = reader(file, imageRoot, 0);
    try {
      reader.open(new ExecutionContext());
      List<StoredJob> jobs = new ArrayList<>();
      NewImageJob next = reader.read();
      while (next != null && jobs.size() < limit) {
        if (next.rejection().isEmpty()) {
          jobs.add(job(jobs.size(), next, imageRoot));
        }
        next = reader.read();
      }
      return jobs;
    } catch (InputException e) {
      throw e;
    } catch (Exception e) {
      throw new InputException(file + " cannot be read: " + e.getMessage(), e);
    } finally {
      reader.close();
    }
  }

  private static StoredJob job(long id, NewImageJob job, Path imageRoot) {
    return new StoredJob(
        id,
        0,
        job.customId(),
        job.prompt().image().orElse(""),
        Optional.of(imageRoot.toString()),
        job.prompt(),
        job.settings());
  }

  ItemStreamReader<NewImageJob> reader(Path file, Path imageRoot, long sourceId) {
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
    };
  }
}
