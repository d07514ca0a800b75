package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Npy;

/** Compares pixels with recorded ones. */
class GoldenImagesTest {
  private static final int JPEG_TOLERANCE = 2;

  private final ImageLoader loader = new ImageLoader(ImageLimits.defaults());

  @TestFactory
  Stream<DynamicTest> decodesAsRecorded() {
    return Golden.images().stream()
        .map(image -> DynamicTest.dynamicTest(name(image), () -> decodesAsRecorded(image)));
  }

  private void decodesAsRecorded(JsonNode image) throws Exception {
    RgbImage rgb = load(name(image));
    assertThat(rgb.width()).isEqualTo(image.get("width").asInt());
    assertThat(rgb.height()).isEqualTo(image.get("height").asInt());
    assertThat(TestImages.sha256(rgb.rgb()))
        .as("the JDK's JPEG decoder, too, is the IJG's to the bit")
        .isEqualTo(image.get("rgb_sha256").asText());
  }

  @TestFactory
  Stream<DynamicTest> preprocessesAsRecorded() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode image : Golden.images()) {
      for (JsonNode output : image.get("outputs")) {
        tests.add(
            DynamicTest.dynamicTest(
                output.get("u8_png").asText(), () -> preprocessesAsRecorded(image, output)));
      }
    }
    return tests.stream();
  }

  private void preprocessesAsRecorded(JsonNode image, JsonNode output) throws Exception {
    int size = output.get("shape").get(1).asInt();
    Pixels pixels = new ClipImageProcessor(config(output)).process(load(name(image)));
    byte[] recorded = planar(load(output.get("u8_png").asText()));

    assertThat(pixels.size()).isEqualTo(size);
    if (name(image).endsWith(".jpg")) {
      assertThat(TestImages.maxDifference(pixels.chw(), recorded))
          .isLessThanOrEqualTo(JPEG_TOLERANCE);
    } else {
      assertThat(pixels.chw()).isEqualTo(recorded);
    }
  }

  @TestFactory
  Stream<DynamicTest> normalisesAsRecorded() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode image : Golden.images()) {
      for (JsonNode output : image.get("outputs")) {
        if (output.has("f32")) {
          tests.add(
              DynamicTest.dynamicTest(
                  output.get("f32").asText(), () -> normalisesAsRecorded(output)));
        }
      }
    }
    return tests.stream();
  }

  private void normalisesAsRecorded(JsonNode output) throws Exception {
    ClipImageConfig config = config(output);
    byte[] recorded = planar(load(output.get("u8_png").asText()));
    Path file = Golden.file(output.get("f32").asText());
    Npy expected =
        file.toString().endsWith(".npz")
            ? Npy.readArchive(file).get("pixel_values")
            : Npy.read(file);

    float[] values = config.normalised(new Pixels(config.size(), recorded));

    assertThat(expected.shape()).containsExactly(3, config.size(), config.size());
    assertThat(values).isEqualTo(expected.floats());
  }

  private static ClipImageConfig config(JsonNode output) {
    Aspect aspect = output.get("aspect").asText().equals("pad") ? Aspect.PAD : Aspect.SQUARE;
    return ClipImageConfig.openAi(output.get("shape").get(1).asInt(), aspect);
  }

  private RgbImage load(String relative) throws Exception {
    assertThat(Files.exists(Golden.file(relative))).isTrue();
    return loader.load(new ImageSource.File(Golden.folder(), relative));
  }

  private static String name(JsonNode image) {
    return image.get("file").asText();
  }

  private static byte[] planar(RgbImage image) {
    byte[] rgb = image.rgb();
    byte[] chw = new byte[rgb.length];
    int plane = rgb.length / 3;
    for (int i = 0; i < plane; i++) {
      for (int c = 0; c < 3; c++) {
        chw[c * plane + i] = rgb[3 * i + c];
      }
    }
    return chw;
  }
}
