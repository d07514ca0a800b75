package org.stfbatch.cli.option;

import java.nio.file.Files;
import java.nio.file.Path;
import org.stfbatch.job.InputException;
import org.stfbatch.job.ingest.QuestionFormat;
import picocli.CommandLine.Option;

/** How a question file is read. */
public final class QuestionFileOptions {
  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "The question file's: one of ${COMPLETION-CANDIDATES}; openai is the Batch API's request line."
              + " Default: what its ending says, else llava")
  private QuestionFormat format;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "The folder below which the questions' images are. Default: the question file's folder.")
  private Path images;

  /** Whether a format is named. */
  public boolean namesFormat() {
    return format != null;
  }

  /** Whether anything is said of a question file. */
  public boolean areGiven() {
    return format != null || images != null;
  }

  /** The file's format. */
  public QuestionFormat format(Path questions) {
    return format != null ? format : QuestionFormat.of(questions);
  }

  /**
   * The folder of the file's images.
   *
   * @throws InputException if the file cannot be read, or there is no such folder
   */
  public Path images(Path questions) {
    if (!Files.isReadable(questions) || Files.isDirectory(questions)) {
      throw new InputException(
          "the question file " + questions + " cannot be read: check --questions");
    }
    Path folder = images != null ? images : questions.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      throw new InputException("the image folder " + folder + " is not there: check --images");
    }
    return folder;
  }
}
