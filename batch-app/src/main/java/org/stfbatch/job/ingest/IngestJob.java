package org.stfbatch.job.ingest;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.listener.StepListener;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.ChunkOrientedStepBuilder;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.ChangedJobStore;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.KnownJobStore;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.SourceKind;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.InputException;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.StoppableReader;
import org.stfbatch.shard.Shard;
import org.stfbatch.storage.Storage;
import org.stfbatch.storage.StorageException;

/**
 * Stores image jobs in a run. Every call reads its source from the beginning and leaves jobs that
 * the run already has unchanged, so that an interrupted ingest can simply be repeated.
 */
public final class IngestJob {
  private static final int GROUP_JOBS = 1000;
  private static final long GROUP_CHARACTERS = 8L << 20;

  private final BatchRuntime batch;
  private final Run run;
  private final Progress progress;
  private final StopSignal stop;
  private final IngestTerms terms;
  private final ImageJobStore jobs;
  private final KnownJobStore known;
  private boolean fromOutside;

  /**
   * @param stop ends the job at its next commit
   * @param terms if they replace changed requests, the caller holds the run's lock
   */
  public IngestJob(
      BatchRuntime batch, Run run, Progress progress, StopSignal stop, IngestTerms terms) {
    this.batch = batch;
    this.run = run;
    this.progress = progress;
    this.stop = stop;
    this.terms = terms;
    this.jobs = new ImageJobStore(batch.dataSource());
    this.known = new KnownJobStore(batch.dataSource());
  }

  /**
   * Marks the images as named from outside: a trigger, not this machine's user, asks for the
   * ingest.
   */
  public IngestJob fromOutside() {
    fromOutside = true;
    return this;
  }

  /**
   * Ingests a question file.
   *
   * @throws InputException if the file cannot be used; the message says how much of it is stored
   */
  public IngestResult questions(QuestionSource questioned, QuestionFormat format) {
    Path file = questioned.file();
    ImageRoot root = questioned.images();
    String location = questioned.location();
    boolean wasRead = jobs.hasSource(run.runId(), SourceKind.QUESTIONS, location);
    long source =
        jobs.sourceId(run.runId(), SourceKind.QUESTIONS, location, root.toString(), fromOutside);
    boolean byId =
        format != QuestionFormat.OPENAI
            && new RunStore(batch.dataSource()).namesQuestionsById(run.runId());
    QuestionNaming naming = byId ? QuestionNames.of(file, root, format) : QuestionNaming.AS_READ;
    Function<QuestionNaming, ItemStreamReader<NewImageJob>> reading =
        names ->
            new MappedReader(
                format.reader(file, root, source), job -> names.named(withChoices(job)));
    KnownIds ids = new KnownIds(run.runId(), known, terms.onChange(), naming);
    if (ids.hadJobs()) {
      KnownQuestions questions = new KnownQuestions(run, known, file);
      if (wasRead && !terms.again() && format != QuestionFormat.OPENAI) {
        questions.requireMostlyNew(reading.apply(naming.again()), naming, root);
      }
      if (terms.onChange() == OnChange.FAIL) {
        questions.requireUnchanged(groups(reading.apply(naming.again())), ids);
      }
    }
    return ingest(reading.apply(naming), ids, List::of);
  }

  private NewImageJob withChoices(NewImageJob job) {
    return job.withDefaultChoices(terms.choices());
  }

  /** Ingests a folder: one caption job for each image below it. */
  public IngestResult captions(Path folder, String prompt) {
    Path root = folder.toAbsolutePath().normalize();
    return captions(new ImageRoot.Folder(root), () -> ImageFiles.below(root), prompt);
  }

  /**
   * Ingests a prefix of a bucket: one caption job for each image below it.
   *
   * @param storage lists the prefix; stays open
   */
  public IngestResult captions(ImageRoot.Bucket root, Storage storage, String prompt) {
    return captions(root, () -> objects(root, storage), prompt);
  }

  private static CaptionImages objects(ImageRoot.Bucket root, Storage storage) {
    try {
      return new ImageObjects(root, storage.list(root.prefix(), Optional.empty()));
    } catch (StorageException e) {
      throw new InputException(e.getMessage(), e);
    }
  }

  private IngestResult captions(ImageRoot root, Supplier<CaptionImages> listing, String prompt) {
    long source = jobs.sourceId(run.runId(), SourceKind.CAPTIONS, root.toString(), root.toString());
    CaptionReader images = new CaptionReader(root, listing, prompt, source);
    KnownIds ids = new KnownIds(run.runId(), known, terms.onChange(), QuestionNaming.AS_READ);
    return ingest(new MappedReader(images, this::withChoices), ids, images::notes);
  }

  /** Ingests WebDataset shards: the questions about each image in them. */
  public IngestResult shards(WebDataset shards) {
    ItemStreamReader<NewImageJob> samples =
        new MappedReader(shards.reader(this::sourceId), this::withChoices);
    KnownIds ids = new KnownIds(run.runId(), known, terms.onChange(), QuestionNaming.AS_READ);
    if (ids.hadJobs() && terms.onChange() == OnChange.FAIL) {
      new KnownQuestions(run, known, Path.of(shards.pattern()))
          .requireUnchanged(groups(samples), ids);
    }
    return ingest(samples, ids, List::of);
  }

  private long sourceId(Shard shard) {
    return jobs.sourceId(
        run.runId(), SourceKind.WEBDATASET, shard.location(), shard.folder(), false);
  }

  private IngestResult ingest(
      ItemStreamReader<NewImageJob> reader, KnownIds ids, Supplier<List<String>> notes) {
    ChangedJobStore changes = new ChangedJobStore(batch.dataSource());
    IngestWriter writer = new IngestWriter(run.runId(), jobs, ids, changes, progress);
    JobParameters parameters =
        new JobParametersBuilder()
            .addString("run", run.name())
            .addString("ingest", UUID.randomUUID().toString())
            .toJobParameters();
    JobExecution execution = batch.runOnce(job(reader, writer), parameters);
    boolean stopped = execution.getStatus() == BatchStatus.STOPPED;
    if (!stopped && execution.getStatus() != BatchStatus.COMPLETED) {
      throw failed(execution, writer.stored());
    }
    return writer.result(notes.get(), stopped);
  }

  private static JobGroups groups(ItemStreamReader<NewImageJob> reader) {
    return new JobGroups(reader, GROUP_JOBS, GROUP_CHARACTERS);
  }

  private Job job(ItemStreamReader<NewImageJob> reader, IngestWriter writer) {
    StoppableReader<List<NewImageJob>> groups = new StoppableReader<>(groups(reader), stop);
    Step step =
        new ChunkOrientedStepBuilder<List<NewImageJob>, List<NewImageJob>>(
                "ingest", batch.jobRepository(), 1)
            .transactionManager(batch.transactionManager())
            .reader(groups)
            .writer(writer)
            .listener((StepListener) groups)
            .build();
    return new JobBuilder("ingest", batch.jobRepository()).start(step).build();
  }

  private RuntimeException failed(JobExecution execution, long stored) {
    Throwable cause = JobFailedException.cause(execution);
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof InputException unusable) {
        return stored == 0
            ? unusable
            : new InputException(
                unusable.getMessage()
                    + "; the first %d are stored, ingest it again when it is corrected"
                        .formatted(stored),
                unusable);
      }
    }
    return JobFailedException.of("ingest into run " + run.name(), cause);
  }
}
