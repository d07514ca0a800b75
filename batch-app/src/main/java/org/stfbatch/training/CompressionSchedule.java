package org.stfbatch.training;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.stfbatch.base.Plural;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.LlaVolta;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.model.TrainableModel;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * The vision-token strategy of each step: stages of an equal share of the steps. A pure function of
 * the step's number, so that a training can continue after any step.
 *
 * @param stages at least one; one: the same strategy in all steps
 */
public record CompressionSchedule(List<CompressionStrategy> stages) {
  /** The name of {@link #llaVolta}, as users write it. */
  public static final String LLAVOLTA = "llavolta";

  private static final String SEPARATOR = "/";

  /** Layers of the language models for which LLaVolta's stages are published. */
  private static final int PUBLISHED_LAYERS = 32;

  public CompressionSchedule {
    stages = List.copyOf(stages);
    if (stages.isEmpty()) {
      throw new IllegalArgumentException("a schedule of no stage");
    }
  }

  /** Returns the schedule without compression. */
  public static CompressionSchedule none() {
    return new CompressionSchedule(List.of(new NoCompression()));
  }

  /**
   * Parses {@value #LLAVOLTA}, or at least two strategies, separated by {@code /}.
   *
   * @param layers of the language model
   * @throws IllegalArgumentException if the text has another form; the message says which it needs
   */
  public static CompressionSchedule parse(String text, int layers) {
    if (text.equals(LLAVOLTA)) {
      return llaVolta(layers);
    }
    List<String> specs = specs(text);
    if (specs.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException(
          "--stages %s has an empty stage: give each stage a strategy, such as none"
              .formatted(text));
    }
    List<CompressionStrategy> stages = specs.stream().map(CompressionStrategy::parse).toList();
    if (stages.size() < 2) {
      throw new IllegalArgumentException(
          "--stages %s is one stage: give llavolta, or two or more strategies with / between them, or --compress %s for all steps"
              .formatted(text, text));
    }
    return new CompressionSchedule(stages);
  }

  /**
   * Parses the strategy of all steps.
   *
   * @throws IllegalArgumentException if the text is no strategy, or several
   */
  public static CompressionSchedule parseOne(String text) {
    if (specs(text).size() > 1) {
      throw new IllegalArgumentException(
          "--compress takes one strategy for all steps: for several, use --stages of train finetune");
    }
    return new CompressionSchedule(List.of(CompressionStrategy.parse(text)));
  }

  private static List<String> specs(String text) {
    return List.of(text.split(CompressionStrategy.SEPARATOR, -1));
  }

  /**
   * Returns the four stages of LLaVolta (Chen et al. 2024, arXiv:2406.20092): means of 8 tokens
   * from layer 2 on, of 2 from layer 2 on, of 2 from layer 16 on, and all tokens. The layers are
   * those of 32; models of another depth pool at the same fraction of it, rounded down, but not
   * before layer 1.
   */
  static CompressionSchedule llaVolta(int layers) {
    int early = scaled(2, layers);
    return new CompressionSchedule(
        List.of(
            new LlaVolta(early, 8),
            new LlaVolta(early, 2),
            new LlaVolta(scaled(16, layers), 2),
            new NoCompression()));
  }

  private static int scaled(int layer, int layers) {
    return Math.max(1, layer * layers / PUBLISHED_LAYERS);
  }

  /**
   * @param step from 0
   * @param steps of the whole training
   */
  CompressionStrategy at(long step, long steps) {
    return stages.get((int) (step * stages.size() / steps));
  }

  /**
   * @param steps of the whole training
   * @throws IllegalArgumentException if they are too few for every stage to have one
   */
  void requireStepOfEach(long steps) {
    if (steps < stages.size()) {
      throw new IllegalArgumentException(
          "--stages has %d stages, and this training has %s: train for at least %d"
              .formatted(stages.size(), Plural.of(steps, "step"), stages.size()));
    }
  }

  /** Returns the strategy of the last step. */
  CompressionStrategy last() {
    return stages.get(stages.size() - 1);
  }

  /**
   * @throws IllegalArgumentException if such a model cannot be trained with one of the strategies
   */
  void check(LlavaConfig config) {
    stages.forEach(strategy -> TrainableModel.requireTrainable(strategy, config));
  }

  /** Returns the options that determine it, by the names that users know. */
  Map<String, String> described() {
    String specs =
        stages.stream().map(CompressionStrategy::spec).collect(Collectors.joining(SEPARATOR));
    boolean staged = stages.size() > 1;
    return Map.of(
        "--compress", staged ? TrainingFolder.NONE : specs,
        "--stages", staged ? specs : TrainingFolder.NONE);
  }
}
