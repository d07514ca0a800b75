package org.stfbatch.job.ingest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.image.ImageRoot;

/**
 * Names the jobs of one pass over a question file so that they are recognized when other lines of
 * the file have changed: by their {@code question_id} if it is unique in the file, otherwise also
 * by their content. For one thread.
 */
final class QuestionNames implements QuestionNaming {
  private final CustomIds ids;
  private final Hashes repeated;
  private final boolean allRepeat;
  private final Map<String, Integer> counts = new HashMap<>();

  private QuestionNames(CustomIds ids, Hashes repeated, boolean allRepeat) {
    this.ids = ids;
    this.repeated = repeated;
    this.allRepeat = allRepeat;
  }

  /**
   * Creates the naming by reading the file once. A file that is not a regular file can be read only
   * once: all of its ids count as repeated.
   *
   * @throws org.stfbatch.job.InputException if it has another format or cannot be read
   */
  static QuestionNames of(Path file, ImageRoot imageRoot, QuestionFormat format) {
    Hashes all = new Hashes();
    boolean readable = Files.isRegularFile(file);
    if (readable) {
      format.read(
          file,
          imageRoot,
          job -> {
            job.prompt().questionId().ifPresent(all::add);
            return true;
          });
    }
    return new QuestionNames(new CustomIds(imageRoot), all.repeated(), !readable);
  }

  @Override
  public QuestionNames again() {
    return new QuestionNames(ids, repeated, allRepeat);
  }

  @Override
  public NewImageJob named(NewImageJob job) {
    Optional<String> id = job.prompt().questionId();
    if (id.isEmpty()) {
      String first = ids.ofUnnumbered(job.customId(), 1);
      return job.named(ids.ofUnnumbered(job.customId(), count(first)));
    }
    if (!isRepeated(id.get())) {
      return job.named(ids.ofQuestion(id.get()));
    }
    String content = content(job);
    int count = count(ids.ofQuestion(id.get(), content, 1));
    return job.named(ids.ofQuestion(id.get(), content, count));
  }

  private int count(String name) {
    return counts.merge(name, 1, Integer::sum);
  }

  @Override
  public Optional<String> otherName(NewImageJob job) {
    Optional<String> id = job.prompt().questionId();
    if (id.isEmpty()) {
      return Optional.empty();
    }
    String first = ids.ofQuestion(id.get(), content(job), 1);
    if (!isRepeated(id.get())) {
      return Optional.of(first);
    }
    return Optional.of(ids.ofQuestion(id.get())).filter(n -> job.customId().equals(first));
  }

  private boolean isRepeated(String id) {
    return allRepeat || repeated.contains(id);
  }

  private static String content(NewImageJob job) {
    return job.prompt().toString() + job.settings() + job.rejection().map(r -> r.code());
  }
}
