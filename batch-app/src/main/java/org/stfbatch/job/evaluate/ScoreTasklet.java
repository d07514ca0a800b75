package org.stfbatch.job.evaluate;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.springframework.batch.core.scope.context.ChunkContext;
import org.springframework.batch.core.step.StepContribution;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.stfbatch.db.EvaluationStore;
import org.stfbatch.db.ExportStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.StoredEvaluation;
import org.stfbatch.db.StoredEvaluation.Figure;
import org.stfbatch.evaluation.BenchmarkException;
import org.stfbatch.evaluation.OutputFile;
import org.stfbatch.evaluation.Question;
import org.stfbatch.evaluation.RawAnswerLine;
import org.stfbatch.evaluation.Score;
import org.stfbatch.evaluation.Score.Metric;
import org.stfbatch.evaluation.Variant;
import org.stfbatch.job.infer.ModelName;

/**
 * Tasklet that writes the raw answers of a run in the order of the questions, scores them and
 * stores the score. A question whose job failed has no line, as if the original evaluation script
 * had not reached it.
 */
final class ScoreTasklet implements Tasklet {
  private static final String ANSWERS = "answers.jsonl";

  private final Run run;
  private final EvaluationPlan plan;
  private final ExportStore answers;
  private final EvaluationStore evaluations;
  private final ModelName model;
  private final Consumer<EvaluationResult> result;

  ScoreTasklet(
      Run run,
      EvaluationPlan plan,
      DataSource dataSource,
      ModelName model,
      Consumer<EvaluationResult> result) {
    this.run = run;
    this.plan = plan;
    this.answers = new ExportStore(dataSource);
    this.evaluations = new EvaluationStore(dataSource);
    this.model = model;
    this.result = result;
  }

  @Override
  public RepeatStatus execute(StepContribution contribution, ChunkContext context)
      throws IOException {
    Counter counter = new Counter(texts());
    Path file = new OutputFile(ANSWERS, counter::write).writeBelow(plan.out());
    EvaluationResult scored = scored(counter, file);
    evaluations.store(stored(scored));
    result.accept(scored);
    return RepeatStatus.FINISHED;
  }

  private Map<String, String> texts() {
    Map<String, String> texts = new HashMap<>();
    answers.forEach(
        run.runId(),
        row -> row.answer().ifPresent(answer -> texts.put(row.customId(), answer.text())));
    return texts;
  }

  private EvaluationResult scored(Counter counter, Path file) throws IOException {
    try {
      Score score = plan.benchmark().score(plan.data(), file, plan.variant());
      List<Path> files = new ArrayList<>();
      for (OutputFile output : score.files()) {
        files.add(output.writeBelow(plan.out()));
      }
      return new EvaluationResult(
          counter.questions, counter.answered, Optional.of(score), files, Optional.empty());
    } catch (BenchmarkException e) {
      return new EvaluationResult(
          counter.questions,
          counter.answered,
          Optional.empty(),
          List.of(),
          Optional.of(e.getMessage()));
    }
  }

  private StoredEvaluation stored(EvaluationResult scored) {
    return new StoredEvaluation(
        run.runId(),
        plan.benchmark().name(),
        plan.data().path().toString(),
        plan.variant() == Variant.STRICT,
        scored.questions(),
        scored.answered(),
        plan.benchmark().dataSet().published(scored.questions()),
        scored.score().map(ScoreTasklet::figures).orElse(List.of()),
        scored.problem(),
        Instant.now());
  }

  private static List<Figure> figures(Score score) {
    List<Figure> figures = new ArrayList<>();
    score.headline().ifPresent(headline -> figures.add(figure(headline, true)));
    score.details().forEach(detail -> figures.add(figure(detail, false)));
    return figures;
  }

  private static Figure figure(Metric metric, boolean isHeadline) {
    return new Figure(metric.name(), metric.value(), isHeadline);
  }

  /** Writes the answers and counts questions and answers. */
  private final class Counter {
    private final Map<String, String> texts;
    private long questions;
    private long answered;

    Counter(Map<String, String> texts) {
      this.texts = texts;
    }

    void write(OutputStream out) throws IOException {
      Writer lines = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
      try {
        plan.benchmark().questions(plan.data(), question -> write(question, lines));
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
      lines.flush();
    }

    private void write(Question question, Writer lines) {
      questions++;
      String text = texts.get(question.customId());
      if (text == null) {
        return;
      }
      answered++;
      try {
        lines.write(RawAnswerLine.to(question, text, run.name(), model.name()).line());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
