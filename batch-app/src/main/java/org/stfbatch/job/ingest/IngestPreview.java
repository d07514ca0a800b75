package org.stfbatch.job.ingest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.image.ImageSource;

/**
 * Result of a dry run of the ingest of a question file, which stores nothing.
 *
 * @param read lines that were read
 * @param unusable lines that cannot become jobs
 * @param missingImages jobs whose image file does not exist
 * @param examples reasons of some of these lines and jobs
 */
public record IngestPreview(long read, long unusable, long missingImages, List<String> examples) {
  private static final int EXAMPLES = 5;

  /**
   * Reads the whole file. Images in buckets and at addresses are not looked up.
   *
   * @throws org.stfbatch.job.InputException if it is not of this format, or cannot be read
   */
  public static IngestPreview of(QuestionSource source, QuestionFormat format) {
    return of(source, format.reader(source.file(), source.images(), 0));
  }

  static IngestPreview of(QuestionSource source, ItemStreamReader<NewImageJob> reader) {
    Counting counting = new Counting(source.images());
    QuestionFormat.read(source.file(), reader, counting::count);
    return new IngestPreview(
        counting.read, counting.unusable, counting.missing, List.copyOf(counting.examples));
  }

  private static final class Counting {
    private final ImageRoot root;
    private final List<String> examples = new ArrayList<>();
    private long read;
    private long unusable;
    private long missing;

    Counting(ImageRoot root) {
      this.root = root;
    }

    boolean count(NewImageJob job) {
      read++;
      if (job.rejection().isPresent()) {
        unusable(job.rejection().get().message());
      } else if (job.shard().isEmpty() && job.prompt().image().isPresent()) {
        countImage(job.prompt().image().get());
      }
      return true;
    }

    private void countImage(String reference) {
      try {
        if (ImageSource.parse(reference, root, false) instanceof ImageSource.File file) {
          countFile(file, file.root().resolve(file.relativePath()).normalize());
        }
      } catch (ImageException e) {
        unusable(e.getMessage());
      }
    }

    private void countFile(ImageSource.File file, Path path) {
      if (!path.startsWith(file.root())) {
        unusable("the image " + file.displayName() + " is not below " + root);
      } else if (!Files.exists(path)) {
        missing++;
        example("the image " + path + " is not there");
      }
    }

    private void unusable(String reason) {
      unusable++;
      example(reason);
    }

    private void example(String reason) {
      if (examples.size() < EXAMPLES) {
        examples.add(reason);
      }
    }
  }
}
