package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.TensorSlice;
import org.stfbatch.testing.Golden;

/** A training stage from its data to the trained checkpoint. */
final class TrainingRunTest {
  private static final int STEPS = 10;

  @TempDir private Path folder;
  private TrainingFixture fixture;

  @BeforeEach
  void prepare() {
    fixture = new TrainingFixture(folder);
  }

  @Test
  void interruptedTrainingTakesTheSameStepsAndEndsWithTheSameModel() throws IOException {
    TrainingInput input = TrainingFixture.input(fixture.conversations(25));
    train(input, folder.resolve("whole"), STEPS);
    // Interrupted between two checkpoints, right after one, and before the first.
    train(input, folder.resolve("parts"), 2);
    train(input, folder.resolve("parts"), 5);
    train(input, folder.resolve("parts"), 3);
    train(input, folder.resolve("parts"), 4);

    assertThat(curve("parts")).hasSize(STEPS).isEqualTo(curve("whole"));
    assertThat(folder.resolve("parts/model/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model/model.safetensors"));
    assertThat(losses("whole").get(STEPS - 1)).isLessThan(0.8 * losses("whole").get(0));
  }

  @Test
  void aStoppedTrainingSavesTheStepItIsAt() throws IOException {
    TrainingInput input = TrainingFixture.input(fixture.conversations(25));
    try (TrainingRun training = open(input, folder.resolve("out"))) {
      TrainingFixture.go(training, 4);
      training.save();
    }

    assertThat(names(folder.resolve("out"))).contains("checkpoint-00000004");
    try (TrainingRun again = open(input, folder.resolve("out"))) {
      assertThat(again.stepsDone()).isEqualTo(4);
    }
  }

  @Test
  void pretrainingChangesTheProjectorsAlone() throws IOException {
    TrainingSettings settings = TrainingFixture.settings(TrainingStage.PRETRAIN, 3);
    try (TrainingRun training =
        TrainingRun.open(
            TrainingFixture.input(fixture.captions(12)),
            settings,
            TrainingFixture.output(folder.resolve("out")))) {
      TrainingFixture.go(training, 3);
      assertThat(training.isDone()).isTrue();
    }

    for (TensorSlice ours : trained("out").tensors().values()) {
      float[] base = floats(TrainingFixture.checkpoint().tensors().get(ours.name()));
      boolean projector = ours.name().startsWith("model.mm_projector");
      assertThat(Arrays.equals(floats(ours), base)).as(ours.name()).isEqualTo(!projector);
    }
  }

  @Test
  void aTrainedModelCanBeRoundedToBfloat16() throws IOException {
    TrainingInput input = TrainingFixture.input(fixture.conversations(12));
    train(input, folder.resolve("exact"), STEPS);
    TrainingOutput rounded =
        new TrainingOutput(
            folder.resolve("rounded"),
            OptionalLong.empty(),
            1,
            DType.BFLOAT16,
            DType.FLOAT32,
            Optional.empty());
    try (TrainingRun training =
        TrainingRun.open(input, TrainingFixture.settings(TrainingStage.FINETUNE, STEPS), rounded)) {
      TrainingFixture.go(training, STEPS);
    }

    for (TensorSlice ours : trained("rounded").tensors().values()) {
      assertThat(ours.dtype()).isEqualTo(DType.BFLOAT16);
      float[] exact = floats(trained("exact").tensors().get(ours.name()));
      float[] near = floats(ours);
      double worst = 0;
      for (int i = 0; i < exact.length; i++) {
        worst = Math.max(worst, Math.abs(near[i] - exact[i]) / Math.max(Math.abs(exact[i]), 1e-30));
      }
      assertThat(worst).as(ours.name()).isLessThanOrEqualTo(1.0 / 256);
    }
  }

  @Test
  void conversationsWithoutAnyPictureAreLearned() throws IOException {
    TrainingInput input = TrainingFixture.input(fixture.texts(12));
    train(input, folder.resolve("out"), STEPS);

    assertThat(losses("out").get(STEPS - 1)).isLessThan(0.8 * losses("out").get(0));
  }

  @Test
  void sharedFeaturesAreComputedOnce() throws IOException {
    Path images = Files.createDirectory(folder.resolve("images"));
    try (Stream<Path> pictures = Files.list(Golden.file("images"))) {
      for (Path picture : pictures.toList()) {
        Files.copy(picture, images.resolve(picture.getFileName()));
      }
    }
    TrainingInput input = TrainingFixture.input(fixture.conversations(12), images);
    train(input, sharing("first"), STEPS);
    Files.delete(images.resolve("wide.png"));
    train(input, sharing("second"), STEPS);

    assertThat(curve("second")).isEqualTo(curve("first"));
  }

  @Test
  void bfloat16FeaturesTakeHalfTheRoomAndTeachMuchTheSame() throws IOException {
    TrainingInput input = TrainingFixture.input(fixture.conversations(12));
    train(input, sharing("exact"), STEPS);
    TrainingOutput output = sharing("rounded");
    train(
        input,
        new TrainingOutput(
            output.folder(),
            output.saveEvery(),
            1,
            DType.FLOAT32,
            DType.BFLOAT16,
            output.sharedFeatures()),
        STEPS);

    List<Long> sizes = new ArrayList<>();
    try (Stream<Path> caches = Files.list(folder.resolve("features"))) {
      for (Path cache : caches.toList()) {
        sizes.add(Files.size(cache));
      }
    }
    sizes.sort(null);
    assertThat(sizes).hasSize(2);
    assertThat(sizes.get(1)).isEqualTo(2 * sizes.get(0));
    for (int i = 0; i < STEPS; i++) {
      double exact = losses("exact").get(i);
      assertThat(losses("rounded").get(i)).isBetween(0.98 * exact, 1.02 * exact);
    }
  }

  @Test
  void aMissingPictureIsNamedWithItsSampleAndNothingIsBegun() throws IOException {
    Path data = fixture.conversations(7);
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Path out = folder.resolve("out");
    try (TrainingRun training = open(TrainingFixture.input(data, empty), out)) {
      assertThatThrownBy(training::computeFeatures)
          .isInstanceOf(TrainingDataException.class)
          .hasMessageMatching(
              "sample \\d \\(id \"s\\d\"\\): its picture \".*png\" cannot be used .*check --images.*");
    }
    // After the error, the right folder works with the same --out.
    train(TrainingFixture.input(data), out, STEPS);
    assertThat(curve("out")).hasSize(STEPS);
  }

  @Test
  void aFolderBegunWithOtherSettingsIsLeftAlone() throws IOException {
    TrainingInput input = TrainingFixture.input(fixture.conversations(12));
    train(input, folder.resolve("out"), 4);

    TrainingSettings other =
        new TrainingSettings(
            TrainingStage.FINETUNE,
            1,
            OptionalLong.of(STEPS),
            3,
            2,
            2e-3,
            0.1,
            5,
            OptionalInt.empty());
    assertThatThrownBy(
            () -> TrainingRun.open(input, other, TrainingFixture.output(folder.resolve("out"))))
        .isInstanceOf(TrainingDataException.class)
        .hasMessage(
            "%s was begun with --lr 0.001, not 0.002: repeat its command, or give another --out"
                .formatted(folder.resolve("out")));
  }

  @Test
  void oneTrainingAtATimeHasAFolder() throws IOException {
    TrainingInput input = TrainingFixture.input(fixture.conversations(12));
    try (TrainingRun first = open(input, folder.resolve("out"))) {
      assertThat(first.isDone()).isFalse();
      assertThatThrownBy(() -> open(input, folder.resolve("out")))
          .isInstanceOf(TrainingDataException.class)
          .hasMessageContaining("another process trains in");
    }
  }

  @Test
  void oldCheckpointsAndPartsOfKilledSavesAreDeleted() throws IOException {
    Path out = folder.resolve("out");
    Files.createDirectories(out.resolve("checkpoint-00000003.unfinished/vision-tower"));
    train(TrainingFixture.input(fixture.conversations(12)), out, 8);

    assertThat(names(out))
        .containsExactlyInAnyOrder(
            ".lock", "checkpoint-00000006", "features", "log.jsonl", "training.json");
  }

  private TrainingOutput sharing(String out) {
    return new TrainingOutput(
        folder.resolve(out),
        OptionalLong.empty(),
        1,
        DType.FLOAT32,
        DType.FLOAT32,
        Optional.of(folder.resolve("features")));
  }

  private static TrainingRun open(TrainingInput input, Path out) throws IOException {
    return TrainingRun.open(
        input,
        TrainingFixture.settings(TrainingStage.FINETUNE, STEPS),
        TrainingFixture.output(out));
  }

  private static void train(TrainingInput input, Path out, int steps) throws IOException {
    train(input, TrainingFixture.output(out), steps);
  }

  private static void train(TrainingInput input, TrainingOutput output, int steps)
      throws IOException {
    try (TrainingRun training =
        TrainingRun.open(input, TrainingFixture.settings(TrainingStage.FINETUNE, STEPS), output)) {
      TrainingFixture.go(training, steps);
    }
  }

  private LlavaCheckpoint trained(String out) {
    return LlavaCheckpoint.open(folder.resolve(out).resolve("model"), Optional.empty());
  }

  /** All reported values of the steps except durations. */
  private List<String> curve(String out) throws IOException {
    List<String> curve = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(out).resolve("log.jsonl"))) {
      JsonNode row = new ObjectMapper().readTree(line);
      curve.add(
          Stream.of("step", "epoch", "loss", "lr", "grad_norm", "samples", "tokens")
              .map(name -> name + "=" + row.get(name))
              .toList()
              .toString());
    }
    return curve;
  }

  private List<Double> losses(String out) throws IOException {
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(out).resolve("log.jsonl"))) {
      losses.add(new ObjectMapper().readTree(line).get("loss").asDouble());
    }
    return losses;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.map(path -> path.getFileName().toString()).toList();
    }
  }

  private static float[] floats(TensorSlice slice) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) slice.byteLength()).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel in = FileChannel.open(slice.file(), StandardOpenOption.READ)) {
      while (bytes.hasRemaining()) {
        assertThat(in.read(bytes, slice.offset() + bytes.position())).isPositive();
      }
    }
    bytes.flip();
    float[] values = new float[(int) slice.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          slice.dtype() == DType.FLOAT32
              ? bytes.getFloat()
              : Float.intBitsToFloat(bytes.getShort() << 16);
    }
    return values;
  }
}
