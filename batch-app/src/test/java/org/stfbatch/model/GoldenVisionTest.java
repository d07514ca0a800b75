package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Npy;

/** Hidden states, fused blocks and vision tokens equal the original's. */
final class GoldenVisionTest {
  private static final float LIMIT = 5e-4f;

  private static final Map<String, String> RECORDED_NAMES =
      Map.of(
          "crosslayer", "mbtf", "vision_tokens", "vision_tokens", "hidden_select", "hidden_select");

  @TestFactory
  Stream<DynamicTest> everyRecordedTensorIsReproduced() {
    return Golden.cases("vision").stream()
        .map(
            recorded ->
                DynamicTest.dynamicTest(recorded.get("id").asText(), () -> check(recorded)));
  }

  private static void check(JsonNode recorded) throws IOException {
    Path checkpoint = Golden.file("checkpoints/" + recorded.get("checkpoint").asText());
    byte[] pixels = pixels(Golden.file(recorded.get("pixels").get(0).asText()));
    try (LlavaModel model =
        LlavaModel.load(
            LlavaCheckpoint.open(checkpoint, Optional.empty()), ModelSettings.exact())) {
      Trace trace = model.traceImage(pixels);
      recorded
          .get("arrays")
          .properties()
          .forEach(
              array -> {
                String name = ourName(array.getKey());
                if (!name.equals("split")) {
                  compare(
                      name,
                      trace.get(name),
                      Npy.read(Golden.file(array.getValue().get("file").asText())));
                }
              });
    }
  }

  private static String ourName(String recorded) {
    return RECORDED_NAMES.getOrDefault(recorded, recorded.replace("hidden_l", "hidden_"));
  }

  private static void compare(String name, FloatTensor ours, Npy recorded) {
    assertThat(ours).as(name).isNotNull();
    float[] expected = recorded.floats();
    assertThat(ours.data()).as(name).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(ours.data()[i]).as("%s[%d]", name, i).isCloseTo(expected[i], within(LIMIT));
    }
  }

  /** The recorded picture after preprocessing, as planar bytes. */
  private static byte[] pixels(Path png) throws IOException {
    BufferedImage image = ImageIO.read(png.toFile());
    int size = image.getWidth();
    byte[] planar = new byte[3 * size * size];
    for (int i = 0; i < size * size; i++) {
      int rgb = image.getRGB(i % size, i / size);
      planar[i] = (byte) (rgb >> 16);
      planar[size * size + i] = (byte) (rgb >> 8);
      planar[2 * size * size + i] = (byte) rgb;
    }
    return planar;
  }
}
