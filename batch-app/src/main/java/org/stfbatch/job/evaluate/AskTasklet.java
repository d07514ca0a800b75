package org.stfbatch.job.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.springframework.batch.core.scope.context.ChunkContext;
import org.springframework.batch.core.step.StepContribution;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.stfbatch.base.PenaltySettings;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.SourceKind;
import org.stfbatch.evaluation.Question;
import org.stfbatch.job.StopSignal;

/** Tasklet that stores the questions of a benchmark as jobs of a run. */
final class AskTasklet implements Tasklet {
  private static final int GROUP_JOBS = 1000;
  private static final long GROUP_CHARACTERS = 8L << 20;

  private final long runId;
  private final EvaluationPlan plan;
  private final ImageJobStore jobs;
  private final StopSignal stop;

  AskTasklet(long runId, EvaluationPlan plan, DataSource dataSource, StopSignal stop) {
    this.runId = runId;
    this.plan = plan;
    this.jobs = new ImageJobStore(dataSource);
    this.stop = stop;
  }

  @Override
  public RepeatStatus execute(StepContribution contribution, ChunkContext context) {
    Groups groups = new Groups(source());
    try {
      plan.benchmark().questions(plan.data(), groups);
      groups.flush();
    } catch (StopRequestedException e) {
      contribution.getStepExecution().setTerminateOnly();
    }
    return RepeatStatus.FINISHED;
  }

  private long source() {
    return jobs.sourceId(
        runId,
        SourceKind.QUESTIONS,
        plan.data().path().toString(),
        plan.data().images().toString());
  }

  private NewImageJob job(Question question, long source) {
    return NewImageJob.toAnswer(
        question.customId(),
        OptionalLong.of(source),
        new ImagePrompt(
            Optional.of(question.id().json()),
            question.category(),
            question.image(),
            question.message()),
        settings(question));
  }

  /** Greedy decoding, without stop texts and penalties. */
  private static JobSettings settings(Question question) {
    return new JobSettings(
        OptionalInt.of(question.maxNewTokens()),
        OptionalDouble.of(0),
        OptionalDouble.empty(),
        OptionalLong.empty(),
        Optional.of(List.of()),
        Optional.empty(),
        PenaltySettings.OFF);
  }

  /** Collects questions and inserts them in groups, bounded by count and size. */
  private final class Groups implements Consumer<Question> {
    private final long source;
    private final List<NewImageJob> group = new ArrayList<>();
    private long characters;

    Groups(long source) {
      this.source = source;
    }

    @Override
    public void accept(Question question) {
      group.add(job(question, source));
      characters += question.message().length() + question.image().orElse("").length();
      if (group.size() >= GROUP_JOBS || characters >= GROUP_CHARACTERS) {
        flush();
      }
    }

    void flush() {
      if (stop.isRequested()) {
        throw new StopRequestedException();
      }
      jobs.insert(runId, group);
      group.clear();
      characters = 0;
    }
  }

  /** Ends the reading of questions when a stop is requested. */
  private static final class StopRequestedException extends RuntimeException {}
}
