package org.stfbatch.job.ingest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.stfbatch.base.Shortened;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.KnownJobStore;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.Run;
import org.stfbatch.job.InputException;

/** Compares a question file with what a run has, before anything of it is stored. */
final class KnownQuestions {
  private static final int GROUP = 1000;
  private static final int NAMED = 3;

  private final Run run;
  private final KnownJobStore known;
  private final Path file;
  private final Path imageRoot;
  private final QuestionFormat format;
  private final Optional<ChoiceTexts> choices;

  /**
   * @param choices of which the answers are to be, where a job does not say so itself
   */
  KnownQuestions(
      Run run,
      KnownJobStore known,
      Path file,
      Path imageRoot,
      QuestionFormat format,
      Optional<ChoiceTexts> choices) {
    this.run = run;
    this.known = known;
    this.file = file;
    this.imageRoot = imageRoot;
    this.format = format;
    this.choices = choices;
  }

  /**
   * To be asked of a file that was read before.
   *
   * @throws InputException if the run has most of its questions under other ids: they would be
   *     asked twice
   */
  void requireMostlyNew(QuestionNaming names) {
    if (!Files.isRegularFile(file)) {
      return;
    }
    Hashes ids = new Hashes();
    Hashes contents = new Hashes();
    known.each(
        run.runId(),
        imageRoot.toString(),
        (name, prompt) -> {
          ids.add(name);
          contents.add(content(prompt));
        });
    long[] counts = new long[2];
    format.read(
        file,
        imageRoot,
        job -> {
          NewImageJob named = names.named(job);
          boolean isKnown =
              ids.contains(named.customId())
                  || names.otherName(named).filter(ids::contains).isPresent();
          counts[0]++;
          counts[1] += !isKnown && contents.contains(content(job.prompt())) ? 1 : 0;
          return true;
        });
    if (2 * counts[1] > counts[0]) {
      throw new InputException(
          "run %s has %d of the %d questions of %s under other ids, so they would be asked twice: --again asks them once more; nothing is stored"
              .formatted(run.name(), counts[1], counts[0], file));
    }
  }

  private static String content(ImagePrompt prompt) {
    return prompt.image().orElse("") + '\n' + prompt.text();
  }

  /**
   * @param sourceId of the file
   * @throws InputException if the run has requests of the file with another content
   */
  void requireUnchanged(KnownIds ids, QuestionNaming names, long sourceId) {
    List<NewImageJob> group = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    format.read(
        file,
        imageRoot,
        sourceId,
        job -> {
          group.add(names.named(job).withDefaultChoices(choices));
          if (group.size() == GROUP) {
            addChanged(ids, group, changed);
          }
          return true;
        });
    addChanged(ids, group, changed);
    if (!changed.isEmpty()) {
      throw new InputException(
          "run %s has %d requests of %s with another content (%s%s): --on-change replace asks them anew, keep leaves them; nothing is stored"
              .formatted(
                  run.name(),
                  changed.size(),
                  file,
                  String.join(", ", changed.subList(0, Math.min(NAMED, changed.size()))),
                  changed.size() > NAMED ? ", ..." : ""));
    }
  }

  private static void addChanged(KnownIds ids, List<NewImageJob> group, List<String> changed) {
    ids.changed(group).forEach(job -> changed.add(Shortened.given(job.customId())));
    group.clear();
  }
}
