package org.stfbatch.comparison;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.stfbatch.engine.Answer;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.engine.EngineSettings;
import org.stfbatch.engine.Outcome;
import org.stfbatch.engine.Tracer;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * Runs the same jobs with two settings of a checkpoint and compares answers, hidden states and
 * speed. Only one of the two models is in memory at a time.
 */
public final class ModelComparison {
  /** Number of prompts whose hidden states are compared: the first ones. */
  private static final int PROMPTS = 16;

  private final LlavaCheckpoint checkpoint;
  private final LlamaTokenizer tokenizer;
  private final EngineSettings engine;

  /**
   * @param tokenizer the checkpoint's; the caller closes it
   * @param engine batch and cache of both settings
   */
  public ModelComparison(
      LlavaCheckpoint checkpoint, LlamaTokenizer tokenizer, EngineSettings engine) {
    this.checkpoint = checkpoint;
    this.tokenizer = tokenizer;
    this.engine = engine;
  }

  private record Asked(Map<String, Outcome> outcomes, double seconds) {}

  /**
   * Runs all jobs with both settings, then compares.
   *
   * @param jobs at least one
   */
  public Comparison of(ModelSettings tested, ModelSettings against, JobSource jobs) {
    List<EngineJob> first = new ArrayList<>();
    JobSource remembered =
        action ->
            jobs.forEach(
                job -> {
                  if (first.size() < PROMPTS) {
                    first.add(job.job());
                  }
                  action.accept(job);
                });
    Asked reference;
    Map<String, Answer> answers;
    Map<String, Double> likelihood;
    try (Side side = Side.start(checkpoint, against, tokenizer, engine)) {
      reference = asked(side, remembered);
      answers = AnswerDifferences.generated(reference.outcomes());
      likelihood = side.logProbabilities(jobs, answers);
    }
    Asked found;
    Map<String, Double> foundLikelihood;
    try (Side side = Side.start(checkpoint, tested, tokenizer, engine)) {
      found = asked(side, jobs);
      foundLikelihood = side.logProbabilities(jobs, answers);
    }
    AnswerDifferences differences =
        AnswerDifferences.of(
            found.outcomes(), reference.outcomes(), answers, foundLikelihood, likelihood);
    return new Comparison(
        List.of(side(tested, found), side(against, reference)),
        differences,
        StateDifferences.of(
            Tracer.lastStates(checkpoint, tested, first),
            Tracer.lastStates(checkpoint, against, first)));
  }

  private static Asked asked(Side side, JobSource jobs) {
    Map<String, Outcome> outcomes = side.outcomes(jobs);
    return new Asked(outcomes, side.deviceSeconds());
  }

  private static Comparison.Side side(ModelSettings settings, Asked asked) {
    return new Comparison.Side(
        settings.dtype().torchName(),
        settings.weights().stored(),
        settings.compression().spec(),
        asked.seconds(),
        asked.outcomes().size() / asked.seconds());
  }
}
