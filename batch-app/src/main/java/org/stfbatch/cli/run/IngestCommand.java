package org.stfbatch.cli.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.stfbatch.base.Plural;
import org.stfbatch.cli.console.ConsoleProgress;
import org.stfbatch.cli.console.Logged;
import org.stfbatch.cli.option.GivenAddress;
import org.stfbatch.cli.option.QuestionFileOptions;
import org.stfbatch.cli.option.QuestionInput;
import org.stfbatch.cli.option.S3Options;
import org.stfbatch.cli.service.ExitCode;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Claim;
import org.stfbatch.job.InputException;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.ingest.IngestJob;
import org.stfbatch.job.ingest.IngestPreview;
import org.stfbatch.job.ingest.IngestResult;
import org.stfbatch.job.ingest.IngestTerms;
import org.stfbatch.job.ingest.OnChange;
import org.stfbatch.job.ingest.QuestionFormat;
import org.stfbatch.job.ingest.QuestionSource;
import org.stfbatch.job.ingest.WebDataset;
import org.stfbatch.storage.Storage;
import org.stfbatch.storage.StorageAddress;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ingest}: adds image jobs to a run. */
@Command(
    name = "ingest",
    description = {
      "Adds image jobs to a run: the lines of a question file, or one caption job for each image of a folder.",
      "Repeating a complete ingest adds nothing; repeating an interrupted one adds the rest."
    },
    footer = {
      "  stf-batch ingest --run nightly --questions questions.jsonl --images pictures",
      "  stf-batch ingest --run captions --captions pictures --prompt \"Describe this picture.\"",
      "  stf-batch ingest --run shop --captions s3://photos/shop/ --s3-endpoint http://minio:9000",
      "  stf-batch ingest --run shards --format webdataset --questions 'part-{000..099}.tar'"
    })
public final class IngestCommand implements Callable<Integer>, Logged {
  private static final String CAPTION_PROMPT =
      "Provide a one-sentence caption for the provided image.";

  private final Stores stores;
  private final Shutdown shutdown;

  @Option(
      names = "--run",
      required = true,
      paramLabel = "RUN",
      description = "The run; created if it does not exist.")
  private String run;

  @ArgGroup(multiplicity = "1")
  private Source source;

  @Mixin private QuestionFileOptions reading;

  @Mixin private S3Options s3;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description =
          "The caption prompt; with --format webdataset, the question about every image."
              + " Default of captions: "
              + CAPTION_PROMPT)
  private String prompt;

  @Mixin private SamplePromptOptions samples;

  @Option(
      names = "--choices",
      paramLabel = "A,B,...",
      description =
          "Choose the most likely of these texts as the answer of jobs without choices of their own; also as a JSON list.")
  private ChoiceTexts choices;

  @Option(
      names = "--dry-run",
      description =
          "Only check the question file: count its lines, unusable lines and missing images. Nothing is stored.")
  private boolean dryRun;

  @Option(
      names = "--on-change",
      paramLabel = "WHAT",
      description = {
        "How to treat a question whose question_id (or custom_id) exists in the run with other content. keep: the",
        "run's question stays; replace: it is replaced and its answer is deleted; fail: nothing is stored.",
        "Default: ${DEFAULT-VALUE}"
      },
      defaultValue = "keep")
  private OnChange onChange;

  @Option(
      names = "--again",
      description =
          "Ingest a file even if the run has most of its questions under other question_ids.")
  private boolean again;

  IngestCommand(Stores stores, Shutdown shutdown) {
    this.stores = stores;
    this.shutdown = shutdown;
  }

  private static final class Source {
    @Option(
        names = "--questions",
        paramLabel = "FILE",
        description =
            "The question file, also at s3:// or http(s)://; by default JSON lines with question_id, text and an optional image, as in LLaVA's evaluation.")
    private GivenAddress questions;

    @Option(
        names = "--captions",
        paramLabel = "DIR",
        description = "A folder of images to caption, or s3://BUCKET/PREFIX/.")
    private StorageAddress captions;
  }

  @Override
  public Optional<String> loggedRun() {
    return Optional.ofNullable(run);
  }

  @Override
  public Integer call() {
    try (Storage storage = s3.storage()) {
      if (source.questions != null && reading.namesShards()) {
        return shards(storage);
      }
      samples.requireNone();
      return source.questions != null ? questions(storage) : captions(storage);
    }
  }

  private int questions(Storage storage) {
    try (QuestionInput input = reading.open(source.questions.address(), storage)) {
      QuestionSource questions = input.source();
      return input.read(
          () -> {
            input.format().requireUsable(questions.file(), questions.images());
            return dryRun
                ? preview(questions, input.format())
                : report(ingest(job -> job.questions(questions, input.format())));
          });
    }
  }

  private int shards(Storage storage) {
    require(!reading.namesImages(), "--images has no effect on shards: leave it out");
    WebDataset shards =
        WebDataset.of(
            storage, source.questions.text(), samples.prompt(Optional.ofNullable(prompt)));
    shards.requireUsable();
    return dryRun
        ? report(shards.preview(), shards.pattern())
        : report(ingest(job -> job.shards(shards)));
  }

  private int captions(Storage storage) {
    String text = prompt == null ? CAPTION_PROMPT : prompt;
    require(!reading.namesFormat(), "--format is for question files: leave it out with --captions");
    require(!dryRun, "--dry-run is for question files: leave it out with --captions");
    require(!text.isBlank(), "the caption prompt is empty: check --prompt");
    if (source.captions instanceof StorageAddress.S3Object prefix) {
      ImageRoot.Bucket root = new ImageRoot.Bucket(prefix);
      return report(ingest(job -> job.captions(root, storage, text)));
    }
    require(
        source.captions instanceof StorageAddress.LocalFile,
        "a page cannot be listed: give a folder or s3://BUCKET/PREFIX/ with --captions");
    Path folder = ((StorageAddress.LocalFile) source.captions).path();
    require(Files.isDirectory(folder), "the folder " + folder + " is not there: check --captions");
    return report(ingest(job -> job.captions(folder, text)));
  }

  private IngestResult ingest(Function<IngestJob, IngestResult> work) {
    StopSignal stop = new StopSignal();
    shutdown.guard(stop);
    try (Stores.Connected db = stores.open();
        ConsoleProgress progress = ConsoleProgress.onStderr("jobs read", 0, 0)) {
      Run target = new RunStore(db.database().dataSource()).findOrCreate(run);
      if (onChange != OnChange.REPLACE) {
        return work.apply(job(db, target, progress, stop));
      }
      // The claim keeps jobs from being answered while they are replaced.
      try (Claim claim = db.claim(List.of(Lockable.run(db.database(), target)), stop)) {
        return claim.work(part -> work.apply(job(db, target, progress, part)));
      }
    }
  }

  private IngestJob job(
      Stores.Connected db, Run target, ConsoleProgress progress, StopSignal stop) {
    return new IngestJob(
        new BatchRuntime(db.database().dataSource()),
        target,
        progress,
        stop,
        new IngestTerms(Optional.ofNullable(choices), onChange, again));
  }

  private int preview(QuestionSource questions, QuestionFormat format) {
    return report(IngestPreview.of(questions, format), source.questions.address().displayName());
  }

  private static int report(IngestPreview preview, String source) {
    System.out.printf(
        "%s: %s, %d unusable, %d whose image is not there; nothing is stored%n",
        source, Plural.of(preview.read(), "line"), preview.unusable(), preview.missingImages());
    preview.examples().forEach(reason -> System.out.println("  " + reason));
    return 0;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new InputException(message);
    }
  }

  private int report(IngestResult result) {
    System.out.printf("run %s: %d read, %d added", run, result.read(), result.added());
    if (result.rejected() > 0) {
      System.out.printf(", %d unusable (status and export --failures tell why)", result.rejected());
    }
    result.notes().forEach(note -> System.out.print(", " + note));
    System.out.println(result.stopped() ? ", stopped before the end: ingest it again" : "");
    return result.stopped() ? ExitCode.FAILED : 0;
  }
}
