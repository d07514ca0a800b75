package org.stfbatch.job.ingest;

import java.nio.file.Path;
import java.util.Locale;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.NewImageJob;

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

  ItemStreamReader<NewImageJob> reader(Path file, Path imageRoot, long sourceId) {
    CustomIds ids = new CustomIds(imageRoot);
    LineParser questions = new QuestionLineParser(sourceId, ids);
    return switch (this) {
      case LLAVA -> new QuestionFileReader(file, questions);
      case OPENAI -> new QuestionFileReader(file, new RequestLineParser(sourceId, ids, imageRoot));
      case CSV -> new CsvFileReader(file, ',', questions);
      case TSV -> new CsvFileReader(file, '\t', questions);
      case PARQUET -> new ParquetFileQuestions(file, questions);
    };
  }
}
