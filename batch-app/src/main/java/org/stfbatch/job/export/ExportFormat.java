package org.stfbatch.job.export;

/** The formats answers can be exported in. */
public enum ExportFormat {
  /** The answer line of LLaVA's evaluation scripts. */
  LLAVA,
  /** One JSON object a line, with every column. */
  JSONL,
  /** Comma-separated values with a header. */
  CSV;

  AnswerFormat writer(String run) {
    return switch (this) {
      case LLAVA -> new LlavaFormat(run);
      case JSONL -> new JsonlFormat();
      case CSV -> new CsvFormat();
    };
  }
}
