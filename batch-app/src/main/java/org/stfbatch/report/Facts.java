package org.stfbatch.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.RunFigures;
import org.stfbatch.db.StoredEvaluation;

/** Computes the numbers of a run that every report format shows. */
final class Facts {
  private static final double SECONDS_PER_HOUR = 3600;
  private static final double THOUSAND = 1000;
  private static final double GIGA = 1e9;
  private static final double TERA = 1e12;
  private static final double MEBI = 1 << 20;
  private static final String SHARE = "share";
  private static final String PER_SECOND = "1/s";

  private static final Map<String, String> FINISH_REASONS =
      Map.of(
          "eos", "End token",
          "stop", "Stop text",
          "length", "Token limit",
          "repetition", "Repetition",
          "choice", "Choice");

  private final List<Fact> facts = new ArrayList<>();
  private String group = "";

  private Facts() {}

  static List<Fact> of(RunFigures run, Optional<StoredEvaluation> evaluation, ReportTerms terms) {
    Facts facts = new Facts();
    OptionalDouble visionTokens = run.tokens().visionOfAnImage();
    Optional<ModelWork> model = work(run, visionTokens, terms);
    facts.jobs(run.counts());
    facts.finishReasons(run.finishReasons());
    evaluation.ifPresent(facts::score);
    run.span().ifPresent(span -> facts.speed(span, run.workers().size()));
    facts.fetching(run.seconds());
    facts.latency(run.latency());
    facts.tokens(run);
    visionTokens.ifPresent(tokens -> facts.image(tokens, model));
    run.span().ifPresent(span -> facts.device(span, run, model, terms));
    facts.work(run);
    run.span().ifPresent(span -> facts.cost(span, terms));
    return List.copyOf(facts.facts);
  }

  private void jobs(RunFigures.Counts counts) {
    group = "Outcomes";
    add("jobs", "Questions", counts.jobs(), "");
    add("answered", "Answered", counts.answered(), "");
    add("failed", "Failed", counts.failed(), "");
    add(
        "failed_share",
        "Failure rate",
        per(counts.failed(), counts.answered() + counts.failed()),
        SHARE);
    add("waiting", "Waiting", counts.waiting(), "");
    add("retried", "Failures retried", counts.retries().failures(), "");
    add("answered_on_retry", "Answered on a later attempt", counts.retries().answered(), "");
    add("reused", "Answers reused", counts.reused(), "");
    add("images", "Questions with an image", counts.images(), "");
    add("distinct_images", "Distinct images", counts.distinctImages(), "");
  }

  private void finishReasons(List<RunFigures.FinishReason> reasons) {
    group = "Finish reasons";
    for (RunFigures.FinishReason reason : reasons) {
      String label = FINISH_REASONS.getOrDefault(reason.name(), reason.name());
      add("finish_" + reason.name(), label, reason.answers(), "");
    }
  }

  private void score(StoredEvaluation evaluation) {
    group = "Benchmark " + evaluation.benchmark();
    evaluation.headline().ifPresent(score -> add("score", "Score", score, ""));
    evaluation
        .published()
        .ifPresent(published -> add("published", "Published in the paper", published, ""));
    if (evaluation.headline().isPresent() && evaluation.published().isPresent()) {
      double difference =
          evaluation.headline().getAsDouble() - evaluation.published().getAsDouble();
      add("difference", "Difference to the paper", difference, "");
    }
  }

  private void speed(RunFigures.Span span, int workers) {
    double seconds = span.workSeconds();
    group = "Speed";
    add("attempts", "Attempts", span.attempts().size(), "");
    if (workers > 0) {
      add("workers", "Workers", workers, "");
    }
    add("seconds", "Working time", seconds, "s");
    add("images_per_second", "Images per second", per(span.images(), seconds), PER_SECOND);
    add("questions_per_second", "Questions per second", per(span.jobs(), seconds), PER_SECOND);
    add(
        "tokens_per_second",
        "Generated tokens per second",
        per(span.generatedTokens(), seconds),
        PER_SECOND);
  }

  /** Adds what fetching and hashing images cost, compared with the other stages. */
  private void fetching(ChunkMetric.Seconds seconds) {
    double stages = seconds.fetch() + seconds.imageDecode() + deviceSeconds(seconds);
    add("fetch_seconds", "Fetching and hashing images, all threads", seconds.fetch(), "s");
    add("fetch_share", "Share of fetching in all stages", per(seconds.fetch(), stages), SHARE);
  }

  private void latency(RunFigures.Latency latency) {
    group = "Latency";
    add("latency_p50", "Median", latency.p50(), "s");
    add("latency_p90", "90th percentile", latency.p90(), "s");
    add("latency_p99", "99th percentile", latency.p99(), "s");
    add("latency_longest", "Maximum", latency.longest(), "s");
  }

  private void tokens(RunFigures run) {
    RunFigures.Tokens tokens = run.tokens();
    long asked = tokens.prompt() + tokens.vision();
    group = "Tokens";
    add("prompt_tokens", "Prompt text", tokens.prompt(), "");
    add("vision_tokens", "Vision tokens", tokens.vision(), "");
    add("generated_tokens", "Generated", tokens.generated(), "");
    if (hasPrefillTokens(run)) {
      double ran = run.work().prefillTokens();
      add("prefill_tokens", "Prefilled", ran, "");
      // Texts to choose from are prefilled, too, and are not among the prompt's tokens.
      add("saved_by_sharing", "Saved by the prefix cache", Math.max(0, 1 - per(ran, asked)), SHARE);
    }
  }

  private void image(double visionTokens, Optional<ModelWork> model) {
    add("image_tokens", "Vision tokens of one image", visionTokens, "");
    model.ifPresent(
        work ->
            add(
                "image_tflop",
                "Language model’s work for one image",
                work.visionTokens() / TERA,
                "TFLOP"));
  }

  /** Returns the model's operations; a run is answered with one compression strategy. */
  private static Optional<ModelWork> work(
      RunFigures run, OptionalDouble visionTokens, ReportTerms terms) {
    return terms
        .answering(run.places())
        .map(known -> known.work(run.places().get(0).compression(), visionTokens.orElse(0)));
  }

  /** Returns whether prefilled tokens were measured; older versions did not. */
  private static boolean hasPrefillTokens(RunFigures run) {
    return run.work().prefillTokens() > 0;
  }

  private void device(
      RunFigures.Span span, RunFigures run, Optional<ModelWork> model, ReportTerms terms) {
    group = "Device";
    double busy = per(deviceSeconds(run.seconds()), span.deviceSeconds());
    add("device_busy", "Utilization", Math.min(1, busy), SHARE);
    model
        .filter(work -> hasPrefillTokens(run))
        .ifPresent(work -> arithmetic(span, run, work, terms));
  }

  /** Returns the busy seconds of all devices together. */
  private static double deviceSeconds(ChunkMetric.Seconds seconds) {
    return seconds.vision() + seconds.prefill() + seconds.decode();
  }

  private void arithmetic(
      RunFigures.Span span, RunFigures run, ModelWork model, ReportTerms terms) {
    double operations = operations(run, model) / GIGA;
    add("gflops", "Arithmetic throughput", per(operations, span.workSeconds()), "GFLOP/s");
    // The peak is that of one process.
    double ofOne = per(operations, span.attemptSeconds());
    terms
        .peakGflops()
        .ifPresent(peak -> add("peak_share", "Share of peak throughput", per(ofOne, peak), SHARE));
  }

  /**
   * Returns the floating-point operations of a run, without those that the prefix cache saved; the
   * cache is assumed to save the same share of attention as of tokens. After the layer at which
   * vision tokens are pruned, questions share no prefix.
   */
  private static double operations(RunFigures run, ModelWork model) {
    RunFigures.Tokens tokens = run.tokens();
    long repeated = tokens.prompt() + tokens.vision() - run.work().prefillTokens();
    double dropped = tokens.vision() * (1 - model.keptTokens());
    return run.work().encodedImages() * model.image()
        + tokens.promptWithImage() * model.fusedToken()
        + (1 - model.prunedLayers()) * layers(tokens, tokens.positions() - repeated, model)
        + model.prunedLayers() * layers(tokens, tokens.positions() - dropped, model)
        + tokens.generated() * model.head();
  }

  private static double layers(RunFigures.Tokens tokens, double positions, ModelWork model) {
    double keys = per(positions, tokens.positions()) * tokens.keys();
    return positions * model.position() + keys * model.key();
  }

  private void work(RunFigures run) {
    group = "Device";
    add("batch_fill", "Batch utilization", run.batchFill(), SHARE);
    add("encoded_images", "Images encoded", run.work().encodedImages(), "");
    add("prefix_hits", "Prefix cache hits", run.work().prefixHits(), "");
    add("retries", "Retries", run.work().retries(), "");
    add("batch_reductions", "Batch reductions", run.work().batchReductions(), "");
    add("peak_memory", "Peak memory", run.work().peakMemoryBytes() / MEBI, "MiB");
  }

  private void cost(RunFigures.Span span, ReportTerms terms) {
    if (terms.pricePerHour().isEmpty()) {
      return;
    }
    Price price = terms.pricePerHour().get();
    double cost = span.attemptSeconds() / SECONDS_PER_HOUR * price.amount();
    double ofThousand = per(THOUSAND * cost, span.jobs());
    group = "Cost";
    add("cost", "Total", cost, price.currency());
    add("cost_per_1000_questions", "Per 1000 questions", ofThousand, price.currency());
  }

  /** Returns the quotient; 0 if the divisor is 0. */
  static double per(double amount, double of) {
    return of > 0 ? amount / of : 0;
  }

  private void add(String name, String label, double value, String unit) {
    facts.add(new Fact(name, group, label, value, unit));
  }
}
