package org.stfbatch.bench;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
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
   * @param batches how many sequences are generated together, one measurement each
   * @param repeat samples, of which the median counts
   */
  public static Report.Decoded run(
      BenchModel model, ModelSettings settings, List<Integer> batches, int repeat) {
    Machine machine = Machine.describe(settings);
    Peak.Memory memory = memory(model, settings, repeat);
    try (LlavaModel loaded = LlavaModel.random(model.config(), settings)) {
      int most = batches.stream().mapToInt(Integer::intValue).max().orElseThrow();
      loaded.reserve(new CacheShape(most, SLOT_POSITIONS, 0, 0));
      fill(loaded, most);
      List<DecodeStep> steps =
          batches.stream()
              .map(batch -> step(model, settings, memory, batch, seconds(loaded, batch, repeat)))
              .toList();
      int layers = model.config().language().numHiddenLayers();
      return new Report.Decoded(machine, memory, layers, steps);
    }
  }

  private static Peak.Memory memory(BenchModel model, ModelSettings settings, int repeat) {
    try (PeakKernels kernels = PeakKernels.open(settings)) {
      return Peak.memory(kernels, model, settings, repeat);
    }
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

  private static double seconds(LlavaModel model, int batch, int repeat) {
    int[] tokens = new int[batch];
    int[] positions = new int[batch];
    Arrays.fill(positions, POSITIONS);
    Decoding decoding = new Decoding(tokens, positions);
    VisionTokens none = none(model);
    return Timing.median(repeat, () -> model.step(decoding, List.of(), none, Choice.LIKELIEST));
  }

  private static VisionTokens none(LlavaModel model) {
    return VisionTokens.none(model.config().language().hiddenSize());
  }

  private static DecodeStep step(
      BenchModel model, ModelSettings settings, Peak.Memory memory, int batch, double seconds) {
    double positions = (double) batch * (POSITIONS + 1);
    double bytes = EngineResult.stepBytes(model, settings.dtype().bytes(), positions);
    double gigabytes = bytes / seconds / GIGA;
    return new DecodeStep(batch, 1000 * seconds, gigabytes, gigabytes / memory.best());
  }
}
