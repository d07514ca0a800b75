package org.stfbatch.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.LlaVolta;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.engine.Answer;
import org.stfbatch.engine.EngineStatistics;
import org.stfbatch.engine.FinishReason;
import org.stfbatch.engine.Timings;
import org.stfbatch.model.ModelFlops;
import org.stfbatch.model.checkpoint.ClipVisionConfig;
import org.stfbatch.model.checkpoint.FusionConfig;
import org.stfbatch.model.checkpoint.FusionVariant;
import org.stfbatch.model.checkpoint.ImageProcessing;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.SpatialFusion;
import org.stfbatch.testing.Golden;

/** Operation counts agree with the literature and count nothing twice. */
final class ModelFlopsTest {
  private static final double TERA = 1e12;
  private static final Offset<Double> ROUNDED = within(0.05);

  private static final ModelFlops FUSED = sevenB(144);
  private static final ModelFlops UNFUSED = sevenB(576);
  private static final LlavaConfig UNFUSED_CONFIG =
      BenchModel.of("7b", OptionalInt.empty(), Optional.of("plain")).config();

  private static ModelFlops sevenB(int tokens) {
    return sevenB(tokens, new NoCompression());
  }

  private static ModelFlops sevenB(int tokens, CompressionStrategy compression) {
    BenchModel model =
        BenchModel.of("7b", OptionalInt.empty(), Optional.of(BenchModel.fusion(tokens)));
    return model.flops(compression);
  }

  @Test
  void visionTokensCostWhatThePaperSays() {
    // The paper does not say how it counts: both readings agree with all figures.
    Map.of(144, 1.9, 288, 3.8, 576, 7.6)
        .forEach(
            (tokens, published) -> {
              assertThat(FUSED.visionTokens(tokens) / TERA).isCloseTo(published, ROUNDED);
              assertThat(FUSED.visionTokensToTheOutput(tokens) / TERA)
                  .isCloseTo(published, ROUNDED);
            });
  }

  /** FLOPs of FastV with K = 2 by the same count. */
  @ParameterizedTest
  @CsvSource({"288, 4.01", "256, 3.62", "144, 2.24", "128, 2.04", "64, 1.26"})
  void visionTokensThatArePrunedCostLessFromThereOn(int keep, double teraFlops) {
    ModelFlops pruned = sevenB(576, CompressionStrategy.parse("fastv:layer=2,keep=" + keep));

    assertThat(pruned.visionTokens(576) / TERA).isCloseTo(teraFlops, within(0.005));
  }

  /** FLOPs of LLaVolta's settings by the same count. */
  @ParameterizedTest
  @CsvSource({"2, 8, 1.354", "16, 8, 4.285", "2, 2, 4.015", "16, 2, 5.704", "-1, 8, 0.935"})
  void visionTokensThatArePooledCostLessFromThereOn(int layer, int stride, double teraFlops) {
    LlaVolta pooling = new LlaVolta(layer, stride);
    int tokens = pooling.visionTokens(UNFUSED_CONFIG.shape()).orElseThrow();

    assertThat(sevenB(576, pooling).visionTokens(tokens) / TERA)
        .isCloseTo(teraFlops, within(0.0006));
  }

  /** FLOPs of YOPO with the authors' masks, of which only the numbers of kept heads matter. */
  @ParameterizedTest
  @CsvSource({
    "275-224-24, 16, 2, 1.91, 3.78",
    "421-352-32, 16, 2, 2.27, 4.19",
    "178-321-24, 12, 4, 0.90, 2.51",
    "130-130-7,  16, 2, 1.56, 3.42"
  })
  void visionTokensWithFewerHeadsAndHiddenUnitsCostLess(
      String kept, int layers, int ffn, double beforeSoftmax, double afterSoftmax) {
    String spec = "yopo:heads=0123456789abcdef-%s,layers=%d,ffn=%d".formatted(kept, layers, ffn);
    ModelFlops after = sevenB(576, CompressionStrategy.parse(spec));
    ModelFlops before = sevenB(576, CompressionStrategy.parse(spec + ",mask=before-softmax"));

    assertThat(before.visionTokens(576) / TERA).isCloseTo(beforeSoftmax, within(0.006));
    assertThat(after.visionTokens(576) / TERA).isCloseTo(afterSoftmax, within(0.006));
    // Text is not reduced, and questions about a cached image save nothing more.
    double saved = (UNFUSED.answer(60, 576, 8) - after.answer(60, 576, 8)) / TERA;
    assertThat(saved).isCloseTo(7.63 - afterSoftmax, within(0.1));
    assertThat(UNFUSED.prefix(35, 576) - after.prefix(35, 576))
        .isCloseTo(saved * TERA, within(1e3));
    assertThat(after.answer(35, 60, 576, 8)).isEqualTo(UNFUSED.answer(35, 60, 576, 8));
  }

  @ParameterizedTest
  @CsvSource({"2, 144, 0.0214", "3, 64, 0.0176", "4, 36, 0.0162"})
  void tokenPackersProjectorCostsWhatItsPatchesAndTokensNeed(
      int scaleFactor, int tokens, double teraFlops) {
    SpatialFusion packer = new SpatialFusion(SpatialFusion.Form.PACKER, scaleFactor, 1);
    LlavaConfig config =
        new LlavaConfig(
            UNFUSED_CONFIG.language(),
            UNFUSED_CONFIG.vision(),
            new FusionConfig(List.of(12, 16, 22, 23), false, packer, false),
            UNFUSED_CONFIG.image(),
            UNFUSED_CONFIG.tokenizerModelMaxLength(),
            "float32");
    double stock = 2.0 * 576 * (1024 * 4096 + 4096 * 4096);

    double projector =
        ModelFlops.of(config, new NoCompression()).image(tokens) - (UNFUSED.image(576) - stock);

    assertThat(projector / TERA).isCloseTo(teraFlops, within(0.00006));
  }

  /** With the layers before the language model over all of an image's rows, as the paper counts. */
  @ParameterizedTest
  @CsvSource({"1, 0.969", "8, 1.894", "12, 3.076"})
  void llavaMiniCostsItsPrefusionAndFewTokens(int size, double teraFlops) {
    ModelFlops flops = ModelFlops.of(mini(size), new NoCompression());

    assertThat(flops.visionTokens(size * size) / TERA).isCloseTo(teraFlops, within(0.0006));
  }

  @Test
  void llavaMiniRunsPatchesOnlyToTheKeysOfTheLastLayerOfPrefusion() {
    ModelFlops flops = ModelFlops.of(mini(1), new NoCompression());
    double weights = 202_375_168.0;
    double keysAndValues = 2.0 * 4096 * 4096;
    double projector = 2.0 * 577 * (1024 * 4096 + 4096 * 4096);
    double compressor = 2.0 * (2 + 2 * 576) * 1024 * 1024 + 4.0 * 576 * 1024;
    double layers = 2 * (3 * 577 * weights + 576 * keysAndValues + weights);
    double attention = 4.0 * 4096 * (3 * 577 * 578 / 2.0 + 577);
    double stock = 2.0 * 576 * (1024 * 4096 + 4096 * 4096);
    double tower = UNFUSED.image(576) - stock;

    assertThat(flops.image(1))
        .isCloseTo(tower + projector + compressor + layers + attention, within(1e6));
    double text = flops.answer(60, 1, 5) - flops.image(1) - flops.layers(0, 65) - 5 * flops.head();
    assertThat(text).isCloseTo(60 * 4 * (2 * weights + 577 * 4.0 * 4096), within(1e6));
  }

  private static LlavaConfig mini(int size) {
    return new LlavaConfig(
        UNFUSED_CONFIG.language(),
        UNFUSED_CONFIG.vision(),
        FusionVariant.named("llava-mini:c" + size).config(UNFUSED_CONFIG.vision(), 23),
        UNFUSED_CONFIG.image(),
        UNFUSED_CONFIG.tokenizerModelMaxLength(),
        "float32");
  }

  @Test
  void aTextTokenCostsTwoOperationsAWeightAndItsAttention() {
    assertThat(FUSED.layerWeights()).isEqualTo(32 * 202_375_168.0);
    assertThat(FUSED.layers(10, 11)).isEqualTo(2 * 32 * 202_375_168.0 + 4 * 11 * 4096 * 32.0);
    assertThat(FUSED.layers(0, 30) + FUSED.layers(30, 50)).isEqualTo(FUSED.layers(0, 50));
  }

  @Test
  void anImageCostsTheBlocksThatAreUsedAndItsProjectors() {
    double tower = UNFUSED.image(576) / TERA - 0.024;
    assertThat(tower).isCloseTo(23 / 24.0 * 0.38, within(0.01));
    assertThat((FUSED.image(144) - UNFUSED.image(576)) / TERA)
        .isCloseTo(0.043 + 0.039 - 0.024, within(0.001));
  }

  @Test
  void aSmallModelIsCountedByHand() {
    LlamaConfig language = new LlamaConfig(10, 4, 6, 2, 2, 1, 1e-5, 1e4, 64, 1, 2);
    ClipVisionConfig vision = new ClipVisionConfig(2, 3, 4, 1, 4, 2, 1e-5, "gelu");
    FusionConfig fusion = new FusionConfig(List.of(3), false, SpatialFusion.NONE, false);
    ImageProcessing images = new ImageProcessing(4, List.of(), List.of(), "pad");
    LlavaConfig config = new LlavaConfig(language, vision, fusion, images, 64, "float32");
    ModelFlops flops = ModelFlops.of(config, new NoCompression());

    // q, o: 4x4 each; k, v: 4x2 each; three matrices of 4x6
    assertThat(flops.layerWeights()).isEqualTo(2 * (16 + 16 + 8 + 8 + 72));
    // 3 tokens: 2 operations a weight, and 4 * 4 * 2 layers for each of 1 + 2 + 3 keys
    assertThat(flops.layers(0, 3)).isEqualTo(2 * 240 * 3 + 32 * 6);
    assertThat(flops.head()).isEqualTo(2 * 4 * 10);
    // 4 patches of 3x2x2 values to width 2; 3 blocks of 5 tokens; projectors 2 -> 4 -> 4 on 4
    // tokens
    double block = 2 * 5 * (4 * 4 + 2 * 6) + 4 * 25 * 2;
    assertThat(flops.image(4)).isEqualTo(2 * 4 * 12 * 2 + 3 * block + 2 * 4 * (8 + 16));
  }

  @Test
  void sharedWorkIsNeededOnceWithReuseAndEveryTimeWithout() {
    List<Answer> answers = List.of(answer(60, 8), answer(62, 8), answer(61, 1));
    Pass pass = new Pass(1, answers, List.of(0, 0, 1), EngineStatistics.NONE);

    double shared = FUSED.layers(0, 35) + 2 * (FUSED.image(144) + FUSED.layers(35, 179));
    double own =
        FUSED.layers(179, 204 + 7)
            + FUSED.layers(179, 206 + 7)
            + FUSED.layers(179, 205)
            + 17 * FUSED.head();
    assertThat(pass.operations(FUSED, true)).isCloseTo(shared + own, within(1.0));
    double alone =
        3 * FUSED.image(144)
            + FUSED.layers(0, 204 + 7)
            + FUSED.layers(0, 206 + 7)
            + FUSED.layers(0, 205)
            + 17 * FUSED.head();
    assertThat(pass.operations(FUSED, false)).isCloseTo(alone, within(1.0));
  }

  @Test
  void stepsLookBackAtWhatIsSeenOfImages() {
    Pass pass =
        new Pass(1, List.of(answer(60, 9), answer(40, 1)), List.of(0, 1), EngineStatistics.NONE);

    // Eight steps after a prompt of 204 positions and 1 to 8 generated tokens.
    assertThat(pass.meanContext(image -> image)).isEqualTo(204 + 4.5);
    assertThat(pass.meanContext(image -> 20)).isEqualTo(80 + 4.5);
  }

  private static Answer answer(int text, int generated) {
    List<Integer> ids = Collections.nCopies(generated, 5);
    return new Answer("", ids, FinishReason.LENGTH, text, 144, new Timings(0, 0, 0));
  }

  @Test
  void aCheckpointIsCountedByItsOwnTensors() {
    BenchModel model =
        BenchModel.of(
            Golden.file("checkpoints/small").toString(), OptionalInt.empty(), Optional.empty());
    BenchModel shape = BenchModel.of("small", OptionalInt.empty(), Optional.empty());

    assertThat(flops(model).layers(0, 100)).isEqualTo(flops(shape).layers(0, 100));
    // Its projector's inner width is 1024, 4 times its input; the named shape's is 4 times its
    // output.
    assertThat(flops(model).image(144) - flops(shape).image(144))
        .isEqualTo(2 * 144 * (256 + 128) * (1024 - 512));
  }

  private static ModelFlops flops(BenchModel model) {
    return model.flops(new NoCompression());
  }

  @Test
  void layersBehindThePruningOneSeeFewerTokens() {
    ModelFlops pruned = sevenB(576, CompressionStrategy.parse("fastv:layer=2,keep=144"));
    int text = 60;
    int before = 35;

    double alone = pruned.answer(text, 576, 8) - pruned.image(576) - 8 * pruned.head();
    assertThat(alone)
        .isCloseTo(
            2 / 32.0 * UNFUSED.layers(0, text + 576 + 7)
                + 30 / 32.0 * UNFUSED.layers(0, text + 144 + 7),
            within(1e3));
    assertThat(pruned.prefix(before, 576) - pruned.image(576))
        .isCloseTo(2 / 32.0 * UNFUSED.layers(before, before + 576), within(1e3));
    // After the pruning layer each question runs the kept tokens of its image, and not the shared
    // text.
    assertThat(pruned.answer(before, text, 576, 8) - 8 * pruned.head())
        .isCloseTo(
            2 / 32.0 * UNFUSED.layers(before + 576, text + 576 + 7)
                + 30 / 32.0 * UNFUSED.layers(before, text + 144 + 7),
            within(1e3));
  }
}
