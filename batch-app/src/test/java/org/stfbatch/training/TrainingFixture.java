package org.stfbatch.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.image.ClipImageProcessor;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageSource;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.ClipVisionConfig;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.TensorSlice;
import org.stfbatch.testing.Golden;

/** Conversations about the recorded images, and trainings of the smallest recorded checkpoint. */
public final class TrainingFixture {
  private static final List<String> PICTURES =
      List.of("wide.png", "gray.png", "rgba.png", "tiny3x5.png", "square336.png");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;

  public TrainingFixture(Path folder) {
    this.folder = folder;
  }

  /** Questions and answers of several lengths; every sixth has no image. */
  public Path conversations(int count) throws IOException {
    ArrayNode samples = JSON.createArrayNode();
    for (int i = 0; i < count; i++) {
      boolean picture = i % 6 != 5;
      ObjectNode sample = sample(samples, i, picture ? PICTURES.get(i % PICTURES.size()) : null);
      String question = "What is number " + i + "?".repeat(1 + i % 5);
      turn(sample, "human", picture ? "<image>\n" + question : question);
      turn(sample, "gpt", "It is " + "very ".repeat(i % 7) + "round.");
    }
    return write("conversations.json", samples);
  }

  public Path captions(int count) throws IOException {
    ArrayNode samples = JSON.createArrayNode();
    for (int i = 0; i < count; i++) {
      ObjectNode sample = sample(samples, i, PICTURES.get(i % PICTURES.size()));
      turn(sample, "human", "<image>\nDescribe it.");
      turn(sample, "gpt", "a " + "very ".repeat(i % 7) + "round thing");
    }
    return write("captions.json", samples);
  }

  public Path texts(int count) throws IOException {
    ArrayNode samples = JSON.createArrayNode();
    for (int i = 0; i < count; i++) {
      ObjectNode sample = sample(samples, i, null);
      turn(sample, "human", "Say " + i);
      turn(sample, "gpt", "i " + i);
    }
    return write("texts.json", samples);
  }

  /** A line per recorded image; the regions of its patches depend only on its colours. */
  public Path regions() throws IOException {
    LlavaCheckpoint checkpoint = checkpoint();
    ClipVisionConfig vision = checkpoint.config().vision();
    ClipImageProcessor processor =
        new ClipImageProcessor(ClipImageConfig.openAi(vision.imageSize(), Aspect.PAD));
    ImageLoader loader = new ImageLoader(ImageLimits.defaults());
    StringBuilder lines = new StringBuilder();
    for (String picture : PICTURES) {
      byte[] pixels = pixels(loader, processor, picture);
      ObjectNode line = JSON.createObjectNode().put("image", picture);
      ArrayNode regions = line.putArray("regions");
      regions.addArray().add("bright").add("thing");
      regions.addArray().add("dark").add("thing");
      ArrayNode patches = line.putArray("patches");
      for (int patch = 0; patch < vision.patches(); patch++) {
        int row = patch / vision.grid() * vision.patchSize();
        int column = patch % vision.grid() * vision.patchSize();
        int brightness = pixels[row * vision.imageSize() + column] & 0xff;
        patches.add(brightness > 170 ? 0 : brightness < 85 ? 1 : -1);
      }
      lines.append(line).append('\n');
    }
    return Files.writeString(folder.resolve("regions.jsonl"), lines);
  }

  private static byte[] pixels(ImageLoader loader, ClipImageProcessor processor, String picture)
      throws IOException {
    try {
      return processor
          .process(loader.load(ImageSource.parse(picture, Golden.file("images"))))
          .chw();
    } catch (ImageException | InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static ObjectNode sample(ArrayNode samples, int number, String image) {
    ObjectNode sample = samples.addObject().put("id", "s" + number);
    if (image != null) {
      sample.put("image", image);
    }
    sample.putArray("conversations");
    return sample;
  }

  private static void turn(ObjectNode sample, String from, String value) {
    ((ArrayNode) sample.get("conversations")).addObject().put("from", from).put("value", value);
  }

  private Path write(String name, ArrayNode samples) throws IOException {
    return Files.writeString(folder.resolve(name), samples.toPrettyString());
  }

  public static Path model() {
    return Golden.file("checkpoints/tiny");
  }

  static LlavaCheckpoint checkpoint() {
    return LlavaCheckpoint.open(model(), Optional.empty());
  }

  static TrainingInput input(Path data) {
    return input(data, Golden.file("images"));
  }

  static TrainingInput input(Path data, Path images) {
    LlavaCheckpoint checkpoint = checkpoint();
    int size = checkpoint.config().vision().imageSize();
    return new TrainingInput(
        data, images, checkpoint, ClipImageConfig.openAi(size, Aspect.PAD), ModelSettings.exact());
  }

  static TrainingSettings settings(TrainingStage stage, long steps) {
    return settings(stage, steps, OptionalInt.empty());
  }

  static TrainingSettings settings(TrainingStage stage, long steps, OptionalInt patches) {
    return new TrainingSettings(stage, 1, OptionalLong.of(steps), 3, 2, 1e-3, 0.1, 5, patches);
  }

  /** Saves a checkpoint every three steps. */
  static TrainingOutput output(Path folder) {
    return new TrainingOutput(
        folder, OptionalLong.of(3), 1, DType.FLOAT32, DType.FLOAT32, Optional.empty());
  }

  /** Whether two tensors are bitwise equal. */
  static boolean sameValues(TensorSlice one, TensorSlice other) {
    return Arrays.equals(bytes(one), bytes(other));
  }

  private static byte[] bytes(TensorSlice slice) {
    try (RandomAccessFile file = new RandomAccessFile(slice.file().toFile(), "r")) {
      byte[] bytes = new byte[(int) slice.byteLength()];
      file.seek(slice.offset());
      file.readFully(bytes);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Computes all features and performs this many steps. */
  static void go(Training training, int steps) throws IOException {
    while (training.computeFeatures() > 0) {
      continue;
    }
    for (int i = 0; i < steps; i++) {
      training.step();
    }
  }
}
