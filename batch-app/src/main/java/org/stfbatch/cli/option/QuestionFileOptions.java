package org.stfbatch.cli.option;

import java.nio.file.Files;
import java.nio.file.Path;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.job.InputException;
import org.stfbatch.job.ingest.QuestionFormat;
import org.stfbatch.storage.Storage;
import org.stfbatch.storage.StorageAddress;
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
          "The folder of the questions' images, or s3://BUCKET/PREFIX/. Default: the folder of the question file.")
  private StorageAddress images;

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

  /**
   * Opens a question file, which the caller closes. What is not on this machine is copied.
   *
   * @throws InputException if the file cannot be read, or the folder does not exist
   */
  public QuestionInput open(StorageAddress questions, Storage storage) {
    if (questions instanceof StorageAddress.LocalFile file) {
      requireReadable(file.path());
    }
    return QuestionInput.open(
        storage,
        questions,
        root(questions),
        format != null ? format : QuestionFormat.of(name(questions)));
  }

  private static void requireReadable(Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new InputException("the question file " + file + " cannot be read: check --questions");
    }
  }

  private static Path name(StorageAddress questions) {
    if (questions instanceof StorageAddress.LocalFile file) {
      return file.path();
    }
    String path =
        questions instanceof StorageAddress.S3Object object
            ? object.key()
            : String.valueOf(((StorageAddress.Http) questions).uri().getPath());
    // A name for the format alone; the address may end without one.
    return Path.of("questions" + path.substring(path.lastIndexOf('/') + 1));
  }

  private ImageRoot root(StorageAddress questions) {
    StorageAddress given = images != null ? images : folder(questions);
    if (given instanceof StorageAddress.S3Object prefix) {
      return new ImageRoot.Bucket(prefix);
    }
    if (given instanceof StorageAddress.LocalFile folder) {
      if (!Files.isDirectory(folder.path())) {
        throw new InputException(
            "the image folder " + folder.path() + " is not there: check --images");
      }
      return new ImageRoot.Folder(folder.path().toAbsolutePath().normalize());
    }
    throw new InputException(
        "images are below a folder or a prefix of a bucket, not below %s: give --images"
            .formatted(given.displayName()));
  }

  private static StorageAddress folder(StorageAddress questions) {
    if (questions instanceof StorageAddress.LocalFile file) {
      return new StorageAddress.LocalFile(file.path().toAbsolutePath().getParent());
    }
    return questions instanceof StorageAddress.S3Object object ? object.parent() : questions;
  }
}
