package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.image.ImageException;
import org.stfbatch.model.AdamWSettings;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.TrainableModel;
import org.stfbatch.model.TrainingRow;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Npy;

/** Compares ids, labels, losses, gradients and optimizer steps with those of the original. */
final class GoldenTrainingTest {
  private static final double LIMIT = 1e-4;

  @TempDir private Path folder;

  private interface Check {
    void run(RecordedTraining recorded) throws Exception;
  }

  private static Stream<DynamicTest> each(Check check) {
    return RecordedTraining.all().stream()
        .map(one -> DynamicTest.dynamicTest(one.id(), () -> check.run(one)));
  }

  @TestFactory
  Stream<DynamicTest> idsAndLabelsAreThoseOfTheOriginal() {
    return each(
        recorded -> {
          try (LlamaTokenizer tokenizer = LlamaTokenizer.open(recorded.checkpoint())) {
            JsonNode expected = recorded.json().get("samples");
            for (Sample sample : recorded.samples()) {
              TokenizedSample ours = tokenize(recorded, tokenizer, sample);
              JsonNode theirs = expected.get(sample.index());
              assertThat(ours.ids()).as(sample.name()).isEqualTo(ints(theirs.get("input_ids")));
              assertThat(ours.labels()).as(sample.name()).isEqualTo(ints(theirs.get("labels")));
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> rowsHoldWhatTheOriginalsCollatorAndExpansionMake() {
    return each(
        recorded -> {
          assumeTrue(recorded.hasArray("expanded_labels"), "rows are recorded after pooling");
          List<TrainingRow> rows = rows(recorded);
          Npy labels = recorded.array("expanded_labels");
          int width = labels.shape()[1];
          for (int row = 0; row < rows.size(); row++) {
            int start = row * width;
            int[] ours = rows.get(row).labels();
            assertThat(ours).hasSizeLessThanOrEqualTo(width);
            for (int i = 0; i < width; i++) {
              long theirs = labels.longs()[start + i];
              assertThat(i < ours.length ? ours[i] : TrainingRow.IGNORED).isEqualTo((int) theirs);
            }
            assertThat(mask(recorded, start, width)).isEqualTo(ours.length);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> lossGradientsAndStepsAreThoseOfTheOriginal() {
    return each(
        recorded -> {
          assumeTrue(recorded.hasPictures(), "a photograph that is not in this copy");
          withModel(
              recorded,
              model -> {
                List<TrainingRow> rows = rows(recorded);
                int[] pictures = IntStream.range(0, rows.size()).toArray();
                JsonNode json = recorded.json();
                float loss = model.accumulate(rows, pictures, 1);
                assertThat((double) loss)
                    .isCloseTo(json.get("loss").asDouble(), within(LIMIT * loss));
                checkGradients(recorded, model);
                checkSteps(json.path("adamw"), model, rows, pictures, loss);
              });
        });
  }

  @TestFactory
  Stream<DynamicTest> halvesOfABatchAddUpToTheWhole() {
    return each(
        recorded -> {
          assumeTrue(recorded.hasPictures(), "a photograph that is not in this copy");
          withModel(
              recorded,
              model -> {
                List<TrainingRow> rows = rows(recorded);
                long first = targets(rows.get(0));
                long second = targets(rows.get(1));
                double all = first + second;
                model.accumulate(rows.subList(0, 1), new int[] {0}, first / all);
                model.accumulate(rows.subList(1, 2), new int[] {1}, second / all);
                checkGradients(recorded, model);
              });
        });
  }

  private static void checkGradients(RecordedTraining recorded, TrainableModel model) {
    recorded
        .json()
        .get("grad_norms")
        .properties()
        .forEach(
            norm -> {
              double theirs = norm.getValue().asDouble();
              assertThat(norm(model.weights().gradient(norm.getKey()).data()))
                  .as(norm.getKey())
                  .isCloseTo(theirs, within(LIMIT * Math.max(1, theirs)));
            });
    for (String array : recorded.gradientArrays()) {
      float[] theirs = recorded.array(array).floats();
      float[] ours = model.weights().gradient(recorded.gradientOf(array)).data();
      assertThat(ours).as(array).hasSameSizeAs(theirs);
      for (int i = 0; i < theirs.length; i++) {
        assertThat(ours[i]).as("%s[%d]", array, i).isCloseTo(theirs[i], within((float) LIMIT));
      }
    }
  }

  private static void checkSteps(
      JsonNode adamw, TrainableModel model, List<TrainingRow> rows, int[] pictures, float first) {
    double loss = first;
    for (int i = 0; i < adamw.path("steps").size(); i++) {
      JsonNode step = adamw.get("steps").get(i);
      double theirs = step.get("loss").asDouble();
      assertThat(loss).as("loss %d", i).isCloseTo(theirs, within(LIMIT * theirs));
      double norm = model.weights().step(adamw.get("lr").asDouble());
      if (step.has("grad_norm_before_clip")) {
        double theirNorm = step.get("grad_norm_before_clip").asDouble();
        assertThat(norm).as("norm %d", i).isCloseTo(theirNorm, within(LIMIT * theirNorm));
      }
      loss = model.accumulate(rows, pictures, 1);
    }
  }

  private void withModel(RecordedTraining recorded, Consumer<TrainableModel> use)
      throws IOException, ImageException, InterruptedException {
    LlavaCheckpoint checkpoint = LlavaCheckpoint.open(recorded.checkpoint(), Optional.empty());
    try (TrainableModel model =
        TrainableModel.load(
            checkpoint, ModelSettings.exact(), recorded::trains, AdamWSettings.standard())) {
      List<Sample> batch = recorded.batch();
      model.useFeatures(features(recorded, model), DType.FLOAT32, batch.size());
      model.compress(recorded.compression());
      use.accept(model);
    }
  }

  private Path features(RecordedTraining recorded, TrainableModel model)
      throws IOException, ImageException, InterruptedException {
    List<Sample> batch = recorded.batch();
    int size = model.featuresPerPicture();
    ByteBuffer data =
        ByteBuffer.allocate(Float.BYTES * size * batch.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (Sample sample : batch) {
      byte[] pixels = recorded.pixels(sample, model.config().vision().imageSize());
      for (float value : model.visionFeatures(List.of(pixels), DType.FLOAT32).get(0)) {
        data.putFloat(value);
      }
    }
    return Files.write(folder.resolve("features"), data.array());
  }

  private static List<TrainingRow> rows(RecordedTraining recorded) {
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(recorded.checkpoint())) {
      int tokens =
          LlavaCheckpoint.open(recorded.checkpoint(), Optional.empty()).config().visionTokens();
      RowLayout layout = new RowLayout(tokens, recorded.maxLength(), tokenizer.unknownTokenId());
      return recorded.batch().stream()
          .map(sample -> layout.row(tokenize(recorded, tokenizer, sample)))
          .toList();
    }
  }

  private static TokenizedSample tokenize(
      RecordedTraining recorded, LlamaTokenizer tokenizer, Sample sample) {
    return recorded.template().tokenizer(tokenizer, recorded.maxLength()).tokenize(sample);
  }

  private static long targets(TrainingRow row) {
    return IntStream.range(1, row.length())
        .filter(i -> row.labels()[i] != TrainingRow.IGNORED)
        .count();
  }

  /** Returns the number of unmasked positions in a range of the recorded attention mask. */
  private static int mask(RecordedTraining recorded, int start, int width) {
    byte[] mask = recorded.array("expanded_attention_mask").bytes();
    return IntStream.range(start, start + width).map(i -> mask[i]).sum();
  }

  private static double norm(float[] values) {
    return Math.sqrt(
        IntStream.range(0, values.length).mapToDouble(i -> (double) values[i] * values[i]).sum());
  }

  private static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }
}
