package org.stfbatch.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.engine.EngineStatistics;
import org.stfbatch.job.ProcessMemory;
import org.stfbatch.model.ImagePruning;
import org.stfbatch.model.ModelSettings;

/**
 * Result of the median of several passes over a workload.
 *
 * @param shape the model's name
 * @param layers of its language model
 * @param visionTokens of an image, on average
 * @param compression the compression strategy
 * @param weights how matrices were stored: plain or int8
 * @param submission how the questions were submitted: in_flight, static or padded
 * @param prefixReuse whether shared prefixes were computed once
 * @param batch maximum number of concurrent sequences
 * @param images number of different images
 * @param questions number of questions about all of them
 * @param newTokens lengths of the answers
 * @param seconds of the median pass
 * @param allSeconds of every pass
 * @param imagesPerSecond images per second
 * @param questionsPerSecond questions per second
 * @param prefillTokensPerSecond prompt tokens that were run, including vision tokens, per second
 * @param decodeTokensPerSecond generated tokens per second
 * @param work the necessary operations and their rate
 * @param decoding the decode-only steps
 * @param stages time of each stage
 * @param prefixHits prefix cache hits
 * @param batchReductions batch reductions after out-of-memory or another device failure
 * @param peakMemoryBytes peak memory of the process since its start
 */
public record EngineResult(
    String shape,
    int layers,
    int visionTokens,
    String compression,
    String weights,
    String submission,
    boolean prefixReuse,
    int batch,
    int images,
    int questions,
    List<Integer> newTokens,
    double seconds,
    List<Double> allSeconds,
    double imagesPerSecond,
    double questionsPerSecond,
    double prefillTokensPerSecond,
    double decodeTokensPerSecond,
    Work work,
    Decoding decoding,
    Stages stages,
    long prefixHits,
    long batchReductions,
    long peakMemoryBytes) {
  private static final double GIGA = 1e9;
  private static final double TERA = 1e12;

  /**
   * @param teraflops 10^12 operations that the answers need, without padding and repetition
   * @param gflops 10^9 of them per second
   * @param gemmShare fraction of the GEMM rate that was measured before
   */
  public record Work(double teraflops, double gflops, double gemmShare) {}

  /**
   * @param steps number of decode-only steps
   * @param meanBatch mean number of sequences in a step
   * @param milliseconds mean time of a step
   * @param gigabytesPerSecond weights, keys and values read per step, divided by its time
   * @param memoryShare fraction of the memory bandwidth that was measured before
   */
  public record Decoding(
      long steps,
      double meanBatch,
      double milliseconds,
      double gigabytesPerSecond,
      double memoryShare) {}

  /**
   * Time of each stage, in seconds.
   *
   * @param encode image encoding
   * @param prefix running shared prefixes
   * @param step ends of prompts and generation
   * @param other the rest of the pass
   */
  public record Stages(double encode, double prefix, double step, double other) {}

  /** The name of {@link #batchReductions} in JSON before version 0.2; to be removed. */
  @JsonProperty("retreats")
  long deprecatedBatchReductions() {
    return batchReductions;
  }

  static EngineResult of(
      EnginePlan plan, EngineDriver.Submission submission, List<Pass> passes, Peak peak) {
    List<Pass> sorted = passes.stream().sorted(Comparator.comparingDouble(Pass::seconds)).toList();
    Pass median = sorted.get((sorted.size() - 1) / 2);
    EngineStatistics done = median.done();
    double seconds = median.seconds();
    return new EngineResult(
        plan.model().name(),
        plan.model().config().language().numHiddenLayers(),
        median.meanVisionTokens(),
        plan.settings().compression().spec(),
        plan.settings().weights().stored(),
        submission.name().toLowerCase(Locale.ROOT),
        plan.prefixReuse(),
        plan.batch(),
        plan.workload().images(),
        plan.workload().questions(),
        plan.workload().newTokens(),
        seconds,
        passes.stream().map(Pass::seconds).toList(),
        plan.workload().images() / seconds,
        plan.workload().questions() / seconds,
        done.prefillTokens() / seconds,
        median.generatedTokens() / seconds,
        work(plan, median, peak),
        decoding(plan, median, peak),
        stages(done, seconds),
        done.prefixHits(),
        done.batchReductions(),
        ProcessMemory.peakBytes());
  }

  private static Work work(EnginePlan plan, Pass pass, Peak peak) {
    double operations =
        pass.operations(plan.model().flops(plan.settings().compression()), plan.prefixReuse());
    double gflops = operations / pass.seconds() / GIGA;
    return new Work(operations / TERA, gflops, gflops / peak.gemmGflops());
  }

  private static Decoding decoding(EnginePlan plan, Pass pass, Peak peak) {
    EngineStatistics.DecodeSteps decodeOnly = pass.done().decodeOnly();
    if (decodeOnly.steps() == 0) {
      return new Decoding(0, 0, 0, 0, 0);
    }
    double seconds = decodeOnly.seconds() / decodeOnly.steps();
    double batch = (double) decodeOnly.tokens() / decodeOnly.steps();
    double gigabytes = stepBytes(plan, pass, batch) / seconds / GIGA;
    return new Decoding(
        decodeOnly.steps(), batch, 1000 * seconds, gigabytes, gigabytes / peak.memory().best());
  }

  private static double stepBytes(EnginePlan plan, Pass pass, double batch) {
    int layers = plan.model().config().language().numHiddenLayers();
    Optional<ImagePruning> pruning =
        ImagePruning.of(plan.settings().compression(), plan.model().config());
    int whole = pruning.map(ImagePruning::layer).orElse(layers);
    double positions = pass.meanContext(image -> image);
    double pruned =
        pass.meanContext(image -> image - pruning.map(how -> how.dropped(image)).orElse(0));
    double mean = (whole * positions + (layers - whole) * pruned) / layers;
    return stepBytes(plan.model(), plan.settings(), batch * mean);
  }

  /**
   * Returns the bytes that a decode-only step reads.
   *
   * @param positions attended positions of all sequences of the step, averaged over the layers
   */
  static double stepBytes(BenchModel model, ModelSettings settings, double positions) {
    var language = model.config().language();
    double keysAndValues = 2.0 * language.numHiddenLayers() * language.keyValueSize() * positions;
    double weights = model.flops(new NoCompression()).stepWeights();
    return settings.weightBytes() * weights + settings.dtype().bytes() * keysAndValues;
  }

  private static Stages stages(EngineStatistics done, double seconds) {
    return new Stages(
        done.encodeSeconds(),
        done.prefixSeconds(),
        done.stepSeconds(),
        seconds - done.encodeSeconds() - done.prefixSeconds() - done.stepSeconds());
  }

  void print(Text text) {
    text.line(
        "engine: shape %s with %d layers, %s weights, %d vision tokens, compression %s, batch %d, %s, prefix reuse %s",
        shape,
        layers,
        weights,
        visionTokens,
        compression,
        batch,
        submission,
        prefixReuse ? "on" : "off");
    text.line(
        "work: %d images, %d questions, answers of %s tokens; median of %d passes",
        images, questions, newTokens, allSeconds.size());
    text.value("seconds", "%.3f", seconds);
    text.value("images/s", "%.3f", imagesPerSecond);
    text.value("questions/s", "%.3f", questionsPerSecond);
    text.value("prefill tokens/s", "%.1f", prefillTokensPerSecond);
    text.value("decode tokens/s", "%.1f", decodeTokensPerSecond);
    text.value("TFLOP needed", "%.3f", work.teraflops());
    text.value("GFLOP/s achieved", "%.1f", work.gflops());
    text.value("  of the GEMM rate", "%s", Text.percent(work.gemmShare()));
    text.value("pure decode steps", "%d", decoding.steps());
    text.value("  sequences in one", "%.1f", decoding.meanBatch());
    text.value("  ms a step", "%.2f", decoding.milliseconds());
    text.value("  GB/s read", "%.1f", decoding.gigabytesPerSecond());
    text.value("  of the memory bandwidth", "%s", Text.percent(decoding.memoryShare()));
    text.value("encode seconds", "%.3f", stages.encode());
    text.value("prefix seconds", "%.3f", stages.prefix());
    text.value("step seconds", "%.3f", stages.step());
    text.value("other seconds", "%.3f", stages.other());
    text.value("prefix hits", "%d", prefixHits);
    text.value("batch reductions", "%d", batchReductions);
    text.value("peak memory", "%s", Text.bytes(peakMemoryBytes));
    text.blank();
  }
}
