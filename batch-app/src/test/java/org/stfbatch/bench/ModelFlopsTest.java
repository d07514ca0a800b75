package org.stfbatch.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.stfbatch.engine.Answer;
import org.stfbatch.engine.EngineStatistics;
import org.stfbatch.engine.FinishReason;
import org.stfbatch.engine.Timings;
import org.stfbatch.model.checkpoint.ClipVisionConfig;
import org.stfbatch.model.checkpoint.FusionConfig;
import org.stfbatch.model.checkpoint.ImageProcessing;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.SpatialFusion;
import org.stfbatch.testing.Golden;

/** Operations are counted as the literature counts them, and nothing twice. */
final class ModelFlopsTest {
  private static final double TERA = 1e12;
  private static final Offset<Double> ROUNDED = within(0.05);

  private static final ModelFlops FUSED = sevenB(144);
  private static final ModelFlops UNFUSED = sevenB(576);

  private static ModelFlops sevenB(int tokens) {
    return ModelFlops.of(BenchModel.of("7b", OptionalInt.empty(), OptionalInt.of(tokens)));
  }

  @Test
  void visionTokensCostWhatThePaperSays() {
    // Published without saying how; with the output layer and without attention all figures agree.
    assertThat(published(144)).isCloseTo(1.9, ROUNDED);
    assertThat(published(288)).isCloseTo(3.8, ROUNDED);
    assertThat(published(576)).isCloseTo(7.6, ROUNDED);
  }

  private static double published(int tokens) {
    return (2 * FUSED.layerWeights() + FUSED.head()) * tokens / TERA;
  }

  @Test
  void aTextTokenCostsTwoOperationsAWeightAndItsAttention() {
    assertThat(FUSED.layerWeights()).isEqualTo(32 * 202_375_168.0);
    assertThat(FUSED.layers(10, 11)).isEqualTo(2 * 32 * 202_375_168.0 + 4 * 11 * 4096 * 32.0);
    assertThat(FUSED.layers(0, 30) + FUSED.layers(30, 50)).isEqualTo(FUSED.layers(0, 50));
  }

  @Test
  void anImageCostsTheBlocksThatAreUsedAndItsProjectors() {
    double tower = UNFUSED.image() / TERA - 0.024;
    assertThat(tower).isCloseTo(23 / 24.0 * 0.38, within(0.01));
    assertThat((FUSED.image() - UNFUSED.image()) / TERA)
        .isCloseTo(0.043 + 0.039 - 0.024, within(0.001));
  }

  @Test
  void aSmallModelIsCountedByHand() {
    LlamaConfig language = new LlamaConfig(10, 4, 6, 2, 2, 1, 1e-5, 1e4, 64, 1, 2);
    ClipVisionConfig vision = new ClipVisionConfig(2, 3, 4, 1, 4, 2, 1e-5, "gelu");
    FusionConfig fusion = new FusionConfig(List.of(3), false, SpatialFusion.NONE, false);
    ImageProcessing images = new ImageProcessing(4, List.of(), List.of(), "pad");
    LlavaConfig config = new LlavaConfig(language, vision, fusion, images, 64, "float32");
    ModelFlops flops = ModelFlops.of(new BenchModel("tiny", config, Optional.empty()));

    // q, o: 4x4 each; k, v: 4x2 each; three matrices of 4x6
    assertThat(flops.layerWeights()).isEqualTo(2 * (16 + 16 + 8 + 8 + 72));
    // 3 tokens: 2 operations a weight, and 4 * 4 * 2 layers for each of 1 + 2 + 3 keys
    assertThat(flops.layers(0, 3)).isEqualTo(2 * 240 * 3 + 32 * 6);
    assertThat(flops.head()).isEqualTo(2 * 4 * 10);
    // 4 patches of 3x2x2 values to width 2; 3 blocks of 5 tokens; projectors 2 -> 4 -> 4 on 4
    // tokens
    double block = 2 * 5 * (4 * 4 + 2 * 6) + 4 * 25 * 2;
    assertThat(flops.image()).isEqualTo(2 * 4 * 12 * 2 + 3 * block + 2 * 4 * (8 + 16));
  }

  @Test
  void sharedWorkIsNeededOnceWithReuseAndEveryTimeWithout() {
    List<Answer> answers = List.of(answer(60, 8), answer(62, 8), answer(61, 1));
    Pass pass = new Pass(1, answers, List.of(0, 0, 1), EngineStatistics.NONE);

    double shared = FUSED.layers(0, 35) + 2 * (FUSED.image() + FUSED.layers(35, 179));
    double own =
        FUSED.layers(179, 204 + 7)
            + FUSED.layers(179, 206 + 7)
            + FUSED.layers(179, 205)
            + 17 * FUSED.head();
    assertThat(pass.operations(FUSED, true)).isCloseTo(shared + own, within(1.0));
    double alone =
        3 * FUSED.image()
            + FUSED.layers(0, 204 + 7)
            + FUSED.layers(0, 206 + 7)
            + FUSED.layers(0, 205)
            + 17 * FUSED.head();
    assertThat(pass.operations(FUSED, false)).isCloseTo(alone, within(1.0));
  }

  private static Answer answer(int text, int generated) {
    List<Integer> ids = Collections.nCopies(generated, 5);
    return new Answer("", ids, FinishReason.LENGTH, text, 144, new Timings(0, 0, 0));
  }

  @Test
  void aCheckpointIsCountedByItsOwnTensors() {
    BenchModel model =
        BenchModel.of(
            Golden.file("checkpoints/small").toString(), OptionalInt.empty(), OptionalInt.empty());
    BenchModel shape = BenchModel.of("small", OptionalInt.empty(), OptionalInt.empty());

    assertThat(ModelFlops.of(model).layers(0, 100)).isEqualTo(ModelFlops.of(shape).layers(0, 100));
    // Its projector is 1024 wide inside, 4 times its input; the named shape's is 4 times its
    // output.
    assertThat(ModelFlops.of(model).image() - ModelFlops.of(shape).image())
        .isEqualTo(2 * 144 * (256 + 128) * (1024 - 512));
  }
}
