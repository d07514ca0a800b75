package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.model.AdamWSettings;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.TrainableModel;
import org.stfbatch.model.TrainingFlops;
import org.stfbatch.model.TrainingRow;
import org.stfbatch.model.checkpoint.FusionVariant;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.NewCheckpoint;
import org.stfbatch.model.checkpoint.TensorNames;
import org.stfbatch.testing.Golden;

/** Which weights of a LLaVA-Mini each stage changes, and what a row costs. */
final class LlavaMiniTrainingTest {
  private static final int STEPS = 2;

  @TempDir private Path folder;
  private TrainingFixture fixture;
  private Path base;

  @BeforeEach
  void create() throws IOException {
    fixture = new TrainingFixture(folder);
    base = folder.resolve("base");
    NewCheckpoint.withProjectors(
            TrainingFixture.checkpoint(), FusionVariant.named("llava-mini:c2p1"), 1)
        .write(base);
  }

  @Test
  void captionsTrainProjectorCompressorAndPrefusion() throws IOException {
    assertThat(changed(fixture.captions(12), TrainingStage.PRETRAIN, 1))
        .isEqualTo(names(TensorNames::isFusion));
  }

  @Test
  void picturesInPartsAreTrainedOn() throws IOException {
    Path config = base.resolve("config.json");
    ObjectMapper json = new ObjectMapper();
    ObjectNode settings = (ObjectNode) json.readTree(config.toFile());
    json.writeValue(config.toFile(), settings.put("resolution_ratio", 2));

    assertThat(changed(fixture.captions(12), TrainingStage.PRETRAIN, 2))
        .isEqualTo(names(TensorNames::isFusion));
  }

  /** Every sixth conversation has no picture: only from these does the embedding learn. */
  @Test
  void conversationsTrainEverythingButTheTower() throws IOException {
    assertThat(changed(fixture.conversations(12), TrainingStage.FINETUNE, 1))
        .isEqualTo(names(name -> !TensorNames.isVisionTower(name)));
  }

  @Test
  void conversationsWithoutAnyPictureTrainTheLanguageModelAlone() throws IOException {
    assertThat(changed(fixture.texts(12), TrainingStage.FINETUNE, 1))
        .isEqualTo(names(name -> !TensorNames.isVisionTower(name) && !TensorNames.isFusion(name)));
  }

  private Set<String> names(Predicate<String> chosen) {
    return open(base).tensors().keySet().stream().filter(chosen).collect(Collectors.toSet());
  }

  private static LlavaCheckpoint open(Path directory) {
    return LlavaCheckpoint.open(directory, Optional.empty());
  }

  /** Trains, and returns the names of the tensors whose values have changed. */
  private Set<String> changed(Path data, TrainingStage stage, int split) throws IOException {
    LlavaCheckpoint before = open(base);
    ClipImageConfig images =
        ClipImageConfig.openAi(before.config().vision().imageSize(), Aspect.PAD);
    TrainingInput input =
        new TrainingInput(
            data,
            Golden.file("images"),
            before,
            new ClipImageConfig(images.size(), images.mean(), images.std(), images.aspect(), split),
            ModelSettings.exact());
    Path out = folder.resolve("out");
    try (TrainingRun training =
        TrainingRun.open(
            input, TrainingFixture.settings(stage, STEPS), TrainingFixture.output(out))) {
      TrainingFixture.go(training, STEPS);
    }
    LlavaCheckpoint after = open(out.resolve("model"));
    assertThat(after.config()).isEqualTo(before.config());
    return before.tensors().keySet().stream()
        .filter(
            name ->
                !TrainingFixture.sameValues(before.tensors().get(name), after.tensors().get(name)))
        .collect(Collectors.toSet());
  }

  /**
   * Three passes of each product, two of the projector's first, whose input is the frozen tower's.
   */
  @Test
  void aRowCostsItsImageAndItsFusedText() {
    LlavaCheckpoint checkpoint = open(base);
    LlamaConfig language = checkpoint.config().language();
    double width = checkpoint.config().vision().hiddenSize();
    double hidden = language.hiddenSize();
    int patches = checkpoint.config().vision().patches();
    int rows = patches + 4;
    TrainingFlops flops;
    try (TrainableModel model =
        TrainableModel.load(
            checkpoint, ModelSettings.exact(), name -> true, AdamWSettings.standard())) {
      flops = TrainingFlops.of(model);
    }
    int[] ids = {1, 5, 6, 7};
    int[] text = {TokenSpan.TEXT, TokenSpan.TEXT, TokenSpan.TEXT, TokenSpan.TEXT};
    int[] labels = {TrainingRow.IGNORED, TrainingRow.IGNORED, TrainingRow.IGNORED, 7};
    ToDoubleFunction<TrainingRow> ofRows = flops.ofRows(new NoCompression());
    double pictured = ofRows.applyAsDouble(new TrainingRow(ids, text, labels, 1));
    double plain = ofRows.applyAsDouble(new TrainingRow(ids, text, labels, 0));

    double projector = 2.0 * rows * (2 * width * hidden + 3 * hidden * hidden);
    double compressor = 3 * 2.0 * (2 * 4 + 2 * patches) * width * width;
    double keysAndValues = 2 * hidden * language.keyValueSize();
    double rest = language.layerWeights() - keysAndValues;
    double layer = 3 * 2.0 * (rows * keysAndValues + 4 * rest);
    double keys = (rows * (rows + 1.0) - patches * (patches + 1.0)) / 2;
    double attention = 3 * (4.0 * 4 * patches * width + keys * 4 * hidden);
    double ofText = 3 * 3 * (2 * language.layerWeights() + rows * 4 * hidden);
    assertThat(pictured - plain)
        .isCloseTo(projector + compressor + layer + attention + ofText, within(1.0));
  }
}
