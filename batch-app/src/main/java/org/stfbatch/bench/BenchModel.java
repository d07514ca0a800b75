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
import org.stfbatch.model.checkpoint.SpatialFusion;
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

  private static final FusionConfig STF =
      new FusionConfig(List.of(23, 21, 18, 15, 12, 9, 6, 3), true, SpatialFusion.CONCAT, false);
  private static final FusionConfig LLAVA_15 =
      new FusionConfig(List.of(23), false, SpatialFusion.NONE, false);
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
   * @param tokens vision tokens of an image of a named shape: {@value #FUSED} or {@value #UNFUSED}
   * @throws IllegalArgumentException if the arguments contradict each other
   */
  public static BenchModel of(String shape, OptionalInt layers, OptionalInt tokens) {
    return of(shape, layers, tokens, Optional.empty());
  }

  /**
   * @param shape as above, like layers and tokens
   * @param fusion the token fusion of a named shape, instead of a number of vision tokens
   * @throws IllegalArgumentException if the arguments contradict each other
   */
  public static BenchModel of(
      String shape, OptionalInt layers, OptionalInt tokens, Optional<FusionVariant> fusion) {
    if (shape.equals(LARGE) || shape.equals(SMALL)) {
      require(
          tokens.isEmpty() || fusion.isEmpty(),
          "a token fusion has its own vision tokens: leave --tokens or --fusion out");
      return named(shape, layers, tokens.orElse(FUSED), fusion);
    }
    Path folder = Path.of(shape);
    require(
        Files.isDirectory(folder),
        "shape \"" + shape + "\" is neither 7b nor small nor a checkpoint's folder");
    require(
        layers.isEmpty() && tokens.isEmpty() && fusion.isEmpty(),
        "a checkpoint has its own layers and vision tokens: leave --layers, --tokens and --fusion out");
    LlavaCheckpoint checkpoint = LlavaCheckpoint.open(folder, Optional.empty());
    return new BenchModel(shape, checkpoint.config(), Optional.of(checkpoint));
  }

  private static BenchModel named(
      String shape, OptionalInt layers, int tokens, Optional<FusionVariant> variant) {
    require(
        tokens == FUSED || tokens == UNFUSED,
        "an image has " + FUSED + " or " + UNFUSED + " vision tokens, not " + tokens);
    boolean large = shape.equals(LARGE);
    int depth = layers.orElse(large ? 32 : 4);
    require(depth > 0, "a model has one layer at least, not " + depth);
    LlamaConfig language =
        large
            ? new LlamaConfig(32000, 4096, 11008, depth, 32, 32, 1e-5, 1e4, POSITIONS, 1, 2)
            : new LlamaConfig(1000, 128, 256, depth, 8, 8, 1e-5, 1e4, POSITIONS, 1, 2);
    ClipVisionConfig vision =
        large
            ? new ClipVisionConfig(1024, 4096, 24, 16, 336, 14, 1e-5, "quick_gelu")
            : new ClipVisionConfig(64, 128, 24, 4, 336, 14, 1e-5, "quick_gelu");
    FusionConfig fusion =
        variant.map(own -> own.config(vision)).orElse(tokens == FUSED ? STF : LLAVA_15);
    LlavaConfig config =
        new LlavaConfig(language, vision, fusion, IMAGES, PROMPT_LIMIT, "bfloat16");
    return new BenchModel(shape, config, Optional.empty());
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
