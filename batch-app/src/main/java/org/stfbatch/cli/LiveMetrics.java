package org.stfbatch.cli;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.ToDoubleFunction;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineStatistics;
import org.stfbatch.job.Progress;

/**
 * What the process has done since it was started, as Prometheus reads it: the engine's work, the
 * jobs' outcomes, the JVM, and Spring Batch's own observations. Thread safe.
 */
final class LiveMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ObservationRegistry observations = ObservationRegistry.create();
  private final Counter answered = outcomes("answered");
  private final Counter failed = outcomes("failed");

  LiveMetrics(Engine engine) {
    observations
        .observationConfig()
        .observationHandler(new DefaultMeterObservationHandler(registry));
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    count(engine, "stf.batch.images", "Images that were encoded", EngineStatistics::images);
    count(engine, "stf.batch.steps", "Steps of generation", EngineStatistics::steps);
    count(engine, "stf.batch.prefix.hits", "Prefixes reused", EngineStatistics::prefixHits);
    count(engine, "stf.batch.backoffs", "Batches made smaller", EngineStatistics::retreats);
    tokens(engine, "prompt", EngineStatistics::prefillTokens);
    tokens(engine, "generated", EngineStatistics::decodedTokens);
    seconds(engine, "vision", EngineStatistics::encodeSeconds);
    seconds(engine, "prefill", LiveMetrics::prefillSeconds);
    seconds(engine, "decode", statistics -> statistics.promptless().seconds());
  }

  private static double prefillSeconds(EngineStatistics statistics) {
    return statistics.prefixSeconds()
        + statistics.stepSeconds()
        - statistics.promptless().seconds();
  }

  private Counter outcomes(String outcome) {
    return Counter.builder("stf.batch.jobs")
        .description("Jobs that got an outcome")
        .tag("outcome", outcome)
        .register(registry);
  }

  private void tokens(Engine engine, String kind, ToDoubleFunction<EngineStatistics> figure) {
    counter(
            engine,
            "stf.batch.tokens",
            "Tokens that were run; vision tokens are in the prompt",
            figure)
        .tag("kind", kind)
        .register(registry);
  }

  private void seconds(Engine engine, String stage, ToDoubleFunction<EngineStatistics> figure) {
    counter(engine, "stf.batch.device.seconds", "Time of the device, all devices together", figure)
        .tag("stage", stage)
        .register(registry);
  }

  private void count(
      Engine engine, String name, String what, ToDoubleFunction<EngineStatistics> figure) {
    counter(engine, name, what, figure).register(registry);
  }

  private static FunctionCounter.Builder<Engine> counter(
      Engine engine, String name, String what, ToDoubleFunction<EngineStatistics> figure) {
    return FunctionCounter.builder(name, engine, e -> figure.applyAsDouble(e.statistics()))
        .description(what);
  }

  /** What Spring Batch tells its times to. */
  ObservationRegistry observations() {
    return observations;
  }

  /** Counts outcomes, and tells them on. */
  Progress counting(Progress next) {
    return step -> {
      answered.increment(step.done() - step.failed());
      failed.increment(step.failed());
      next.advanced(step);
    };
  }

  /** In Prometheus' text format. */
  String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }
}
