package org.stfbatch.bench;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.Choice;
import org.stfbatch.model.Decoding;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.PeakKernels;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.VisionTokens;

/** Measures steps that only generate, on the model itself. */
public final class DecodeBench {
  /** What the sequences have behind them: about a prompt of LLaVA-STF. */
  static final int POSITIONS = 200;

  private static final int SLOT_POSITIONS = 256;
  private static final double GIGA = 1e9;

  private DecodeBench() {}

  /**
   * @param batches how many sequences are generated together
   * @param repeat rounds, in which memory and batches are measured in turns: neighbours on the same
   *     memory come and go
   */
  public static Report.Decoded run(
      BenchModel model, ModelSettings settings, List<Integer> batches, int repeat) {
    Machine machine = Machine.describe(settings);
    try (PeakKernels kernels = PeakKernels.open(settings);
        LlavaModel loaded = LlavaModel.random(model.config(), settings)) {
      MemoryProbe probe = MemoryProbe.on(kernels, model, settings);
      int most = batches.stream().mapToInt(Integer::intValue).max().orElseThrow();
      loaded.reserve(new CacheShape(most, SLOT_POSITIONS, 0, 0));
      fill(loaded, most);
      batches.forEach(batch -> seconds(loaded, batch));
      List<Round> rounds =
          Stream.generate(() -> round(loaded, probe, batches)).limit(repeat).toList();
      List<DecodeStep> steps =
          batches.stream().map(batch -> step(model, settings, rounds, batch)).toList();
      int layers = model.config().language().numHiddenLayers();
      return new Report.Decoded(machine, memory(rounds), layers, steps);
    }
  }

  /**
   * @param memory bandwidth at that time
   * @param seconds of a step, by batch
   */
  private record Round(Peak.Memory memory, Map<Integer, Double> seconds) {}

  private static Round round(LlavaModel model, MemoryProbe probe, List<Integer> batches) {
    Map<Integer, Double> seconds = new HashMap<>();
    Peak.Memory memory = probe.sample();
    batches.forEach(batch -> seconds.put(batch, seconds(model, batch)));
    return new Round(memory, seconds);
  }

  private static Peak.Memory memory(List<Round> rounds) {
    return Peak.Memory.median(rounds.stream().map(Round::memory).toList());
  }

  /** Puts a prompt into every slot. */
  private static void fill(LlavaModel model, int slots) {
    int vocabulary = model.config().language().vocabSize();
    int[] text = new int[POSITIONS];
    Arrays.fill(text, TokenSpan.TEXT);
    SplittableRandom random = new SplittableRandom(1);
    List<TokenSpan> prompts =
        IntStream.range(0, slots)
            .mapToObj(
                slot -> new TokenSpan(0, random.ints(POSITIONS, 0, vocabulary).toArray(), text))
            .toList();
    model.step(Decoding.NONE, prompts, none(model), Choice.LIKELIEST);
  }

  private static double seconds(LlavaModel model, int batch) {
    int[] tokens = new int[batch];
    int[] positions = new int[batch];
    Arrays.fill(positions, POSITIONS);
    Decoding decoding = new Decoding(tokens, positions);
    VisionTokens none = none(model);
    return Timing.sample(() -> model.step(decoding, List.of(), none, Choice.LIKELIEST));
  }

  private static VisionTokens none(LlavaModel model) {
    return VisionTokens.none(model.config().language().hiddenSize());
  }

  private static DecodeStep step(
      BenchModel model, ModelSettings settings, List<Round> rounds, int batch) {
    double positions = (double) batch * (POSITIONS + 1);
    double gigabytes = EngineResult.stepBytes(model, settings, positions) / GIGA;
    return new DecodeStep(
        batch,
        1000 * median(rounds, round -> round.seconds().get(batch)),
        median(rounds, round -> gigabytes / round.seconds().get(batch)),
        median(rounds, round -> gigabytes / round.seconds().get(batch) / round.memory().best()));
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
    return Timing.median(rounds.stream().mapToDouble(value).toArray());
  }
}
