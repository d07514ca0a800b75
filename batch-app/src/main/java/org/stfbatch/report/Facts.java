package org.stfbatch.report;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.RunFigures;

/** The numbers of a run that every format shows. */
final class Facts {
  private static final double SECONDS_PER_HOUR = 3600;
  private static final double THOUSAND = 1000;
  private static final double MEBI = 1 << 20;

  private final List<Fact> facts = new ArrayList<>();

  private Facts() {}

  /**
   * @param pricePerHour of the machine, in any currency; empty if unknown
   */
  static List<Fact> of(RunFigures run, OptionalDouble pricePerHour) {
    Facts facts = new Facts();
    facts.counts(run.counts());
    facts.tokens(run.tokens());
    run.span().ifPresent(span -> facts.speed(span, run));
    facts.latency(run.latency());
    facts.work(run);
    run.span().ifPresent(span -> pricePerHour.ifPresent(price -> facts.cost(span, price)));
    return List.copyOf(facts.facts);
  }

  private void counts(RunFigures.Counts counts) {
    add("jobs", "Questions", counts.jobs(), "");
    add("answered", "Answered", counts.answered(), "");
    add("failed", "Failed", counts.failed(), "");
    add("waiting", "Waiting", counts.waiting(), "");
    add("images", "Questions with an image", counts.images(), "");
    add("distinct_images", "Different images", counts.distinctImages(), "");
  }

  private void tokens(RunFigures.Tokens tokens) {
    add("prompt_tokens", "Prompt tokens", tokens.prompt(), "");
    add("vision_tokens", "Vision tokens", tokens.vision(), "");
    add("generated_tokens", "Generated tokens", tokens.generated(), "");
  }

  private void speed(RunFigures.Span span, RunFigures run) {
    double seconds = span.workSeconds();
    add("attempts", "Attempts", span.attempts(), "");
    add("seconds", "Time at work", seconds, "s");
    add("images_per_second", "Images a second", per(span.images(), seconds), "1/s");
    add("questions_per_second", "Questions a second", per(span.jobs(), seconds), "1/s");
    add(
        "tokens_per_second",
        "Tokens generated a second",
        per(span.generatedTokens(), seconds),
        "1/s");
    add("device_busy", "Device at work", per(deviceSeconds(run.seconds()), seconds), "share");
  }

  /** More than the time at work, if several devices worked side by side. */
  private static double deviceSeconds(ChunkMetric.Seconds seconds) {
    return seconds.vision() + seconds.prefill() + seconds.decode();
  }

  private void latency(RunFigures.Latency latency) {
    add("latency_p50", "Half of the answers within", latency.p50(), "s");
    add("latency_p90", "90 % within", latency.p90(), "s");
    add("latency_p99", "99 % within", latency.p99(), "s");
    add("latency_longest", "Longest answer", latency.longest(), "s");
  }

  private void work(RunFigures run) {
    add("batch_fill", "Batch in use", run.batchFill(), "share");
    add("prefix_hits", "Prefixes reused", run.work().prefixHits(), "");
    add("retries", "Retries", run.work().retries(), "");
    add("backoffs", "Batches made smaller", run.work().backoffs(), "");
    add("peak_memory", "Peak memory", run.work().peakMemoryBytes() / MEBI, "MiB");
  }

  private void cost(RunFigures.Span span, double price) {
    double cost = span.workSeconds() / SECONDS_PER_HOUR * price;
    add("cost", "Cost", cost, "");
    add("cost_per_1000_questions", "Cost of 1000 questions", per(THOUSAND * cost, span.jobs()), "");
  }

  private static double per(double amount, double of) {
    return of > 0 ? amount / of : 0;
  }

  private void add(String name, String label, double value, String unit) {
    facts.add(new Fact(name, label, value, unit));
  }
}
