package org.stfbatch.job.ingest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.KnownJobStore;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.Run;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.job.InputException;

/** Compares a question file with the jobs of a run before any of it is stored. */
final class KnownQuestions {
  private final Run run;
  private final KnownJobStore known;
  private final Path file;

  KnownQuestions(Run run, KnownJobStore known, Path file) {
    this.run = run;
    this.known = known;
    this.file = file;
  }

  /**
   * Verifies that a file that was ingested before is not ingested again under other ids.
   *
   * @param jobs all jobs of the file, under their names; closed when they are read
   * @param naming of the jobs
   * @param imageRoot the folder that their images are in
   * @throws InputException if the run has most of the questions under other ids: they would be
   *     answered twice
   */
  void requireMostlyNew(
      ItemStreamReader<NewImageJob> jobs, QuestionNaming naming, ImageRoot imageRoot) {
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
    QuestionFormat.read(
        file,
        jobs,
        job -> {
          boolean isKnown =
              ids.contains(job.customId())
                  || naming.otherName(job).filter(ids::contains).isPresent();
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
   * Verifies that no request of a file has changed.
   *
   * @param groups all jobs of the file, under their names; closed when they are read
   * @throws InputException if the run has requests of the file with other content
   */
  void requireUnchanged(JobGroups groups, KnownIds ids) {
    List<String> examples = new ArrayList<>();
    long[] count = new long[1];
    QuestionFormat.read(
        file,
        groups,
        group -> {
          List<NewImageJob> changed = ids.changed(group);
          changed.forEach(job -> KnownIds.name(examples, job));
          count[0] += changed.size();
          return true;
        });
    if (count[0] > 0) {
      throw new InputException(
          "run %s has %d requests of %s with another content (%s): --on-change replace asks them anew, keep leaves them; nothing is stored"
              .formatted(run.name(), count[0], file, KnownIds.names(examples, count[0])));
    }
  }
}
