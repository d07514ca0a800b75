package org.stfbatch.cli.option;

import java.nio.file.Files;
import java.nio.file.Path;
import org.stfbatch.job.InputException;
import org.stfbatch.job.ingest.QuestionFormat;
import picocli.CommandLine.Option;

/** Options of a question file. */
public final class QuestionFileOptions {
  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "Format of the question file, one of ${COMPLETION-CANDIDATES}; openai: request lines of the Batch API;"
              + " webdataset: tar shards, with braces for many as part-{000..099}.tar."
              + " Default: by the file's extension, else llava")
  private QuestionFormat format;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "The folder of the questions' images. Default: the folder of the question file.")
  private Path images;

  /** Returns whether a format is given. */
  public boolean namesFormat() {
    return format != null;
  }

  /** Returns whether the questions are in WebDataset shards. */
  public boolean namesShards() {
    return format == QuestionFormat.WEBDATASET;
  }

  /** Returns whether an image folder is given. */
  public boolean namesImages() {
    return images != null;
  }

  /** Returns whether any of these options is given. */
  public boolean areGiven() {
    return format != null || images != null;
  }

  /** Returns the file's format. */
  public QuestionFormat format(Path questions) {
    return format != null ? format : QuestionFormat.of(questions);
  }

  /**
   * Returns the folder of the images.
   *
   * @throws InputException if the file cannot be read, or the folder does not exist
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
