package org.stfbatch.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.engine.BatchingEngine;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineSettings;
import org.stfbatch.model.ModelFlops;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.ClipVisionConfig;
import org.stfbatch.model.checkpoint.FusionConfig;
import org.stfbatch.model.checkpoint.FusionVariant;
import org.stfbatch.model.checkpoint.ImageProcessing;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * The measured model: a named shape with random weights, or a checkpoint.
 *
 * @param name the shape's name or the checkpoint's folder
 * @param config its shape
 * @param checkpoint the checkpoint; empty with random weights
 */
public record BenchModel(String name, LlavaConfig config, Optional<LlavaCheckpoint> checkpoint) {
  /** Vision tokens of an image with LLaVA-STF's fusion. */
  public static final int FUSED = 144;

  /** Vision tokens of an image in LLaVA-1.5. */
  public static final int UNFUSED = 576;

  /** The block that LLaVA-1.5 selects, the last but one of 24. */
  private static final int SELECTED = 23;

  private static final String LLAVA_STF = "mbtf+stf";
  private static final String LLAVA_15 = "plain";

  private static final ImageProcessing IMAGES =
      new ImageProcessing(
          336,
          List.of(0.48145466, 0.4578275, 0.40821073),
          List.of(0.26862954, 0.26130258, 0.27577711),
          "pad");
  private static final int POSITIONS = 4096;
  private static final int PROMPT_LIMIT = 2048;

  /** The shape of LLaVA-STF 7B: Vicuna 7B and CLIP ViT-L/14 at 336 px. */
  public static final String LARGE = "7b";

  /** A small model of the same structure that runs fast on any machine. */
  public static final String SMALL = "small";

  /**
   * @param shape {@value #LARGE}, {@value #SMALL}, or a checkpoint's folder
   * @param layers number of language model layers of a named shape, instead of its default
   * @param fusion of a named shape, see {@link FusionVariant#named}; LLaVA-STF's if it is empty
   * @throws IllegalArgumentException if the arguments contradict each other
   */
  public static BenchModel of(String shape, OptionalInt layers, Optional<String> fusion) {
    if (shape.equals(LARGE) || shape.equals(SMALL)) {
      return named(shape, layers, fusion.orElse(LLAVA_STF));
    }
    Path folder = Path.of(shape);
    require(
        Files.isDirectory(folder),
        "shape \"" + shape + "\" is neither 7b nor small nor a checkpoint's folder");
    require(
        layers.isEmpty() && fusion.isEmpty(),
        "a checkpoint has its own layers and vision tokens: leave --layers, --tokens and --fusion out");
    LlavaCheckpoint checkpoint = LlavaCheckpoint.open(folder, Optional.empty());
    return new BenchModel(shape, checkpoint.config(), Optional.of(checkpoint));
  }

  /**
   * Returns the fusion variant with so many vision tokens.
   *
   * @param tokens {@value #FUSED} for LLaVA-STF or {@value #UNFUSED} for LLaVA-1.5
   * @throws IllegalArgumentException if they are another number
   */
  public static String fusion(int tokens) {
    require(
        tokens == FUSED || tokens == UNFUSED,
        "an image has " + FUSED + " or " + UNFUSED + " vision tokens, not " + tokens);
    return tokens == FUSED ? LLAVA_STF : LLAVA_15;
  }

  private static BenchModel named(String shape, OptionalInt layers, String fusion) {
    boolean large = shape.equals(LARGE);
    int depth = layers.orElse(large ? LlamaConfig.VICUNA_7B_LAYERS : 4);
    require(depth > 0, "a model has one layer at least, not " + depth);
    LlamaConfig language =
        large
            ? LlamaConfig.vicuna7b(depth)
            : new LlamaConfig(1000, 128, 256, depth, 8, 8, 1e-5, 1e4, POSITIONS, 1, 2);
    ClipVisionConfig vision =
        large
            ? new ClipVisionConfig(1024, 4096, 24, 16, 336, 14, 1e-5, "quick_gelu")
            : new ClipVisionConfig(64, 128, 24, 4, 336, 14, 1e-5, "quick_gelu");
    FusionConfig fused = FusionVariant.named(fusion).config(vision, SELECTED);
    LlavaConfig config = new LlavaConfig(language, vision, fused, IMAGES, PROMPT_LIMIT, "bfloat16");
    return new BenchModel(name(shape, fusion), config, Optional.empty());
  }

  /** LLaVA-STF and LLaVA-1.5 differ by their vision tokens; other variants need their names. */
  private static String name(String shape, String fusion) {
    boolean known = fusion.equals(LLAVA_STF) || fusion.equals(LLAVA_15);
    return known ? shape : shape + " " + fusion;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Returns the FLOP counts of its answers. */
  ModelFlops flops(CompressionStrategy compression) {
    return checkpoint
        .map(opened -> ModelFlops.of(opened, compression))
        .orElseGet(() -> ModelFlops.of(config, compression));
  }

  /** Starts an engine with this model. */
  RunningEngine start(ModelSettings model, EngineSettings settings) {
    if (checkpoint.isEmpty()) {
      return new RunningEngine(BatchingEngine.random(config, model, settings), () -> {});
    }
    LlamaTokenizer tokenizer =
        LlamaTokenizer.open(checkpoint.get().directory(), config.language().vocabSize());
    try {
      Engine engine = BatchingEngine.start(checkpoint.get(), model, tokenizer, settings);
      return new RunningEngine(engine, tokenizer::close);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /**
   * An engine with the cleanup of its resources.
   *
   * @param engine the engine
   * @param after releases the engine's resources; run after the engine is closed
   */
  record RunningEngine(Engine engine, Runnable after) implements AutoCloseable {
    @Override
    public void close() {
      engine.close();
      after.run();
    }
  }
}
