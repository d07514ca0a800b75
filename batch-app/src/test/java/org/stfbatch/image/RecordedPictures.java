package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.DynamicTest;

/**
 * An archive of generated pictures with Pillow 9.4's result for each; the script beside it created
 * it.
 */
final class RecordedPictures {
  private static final String INDEX = "index.json";

  private final Map<String, byte[]> files = new HashMap<>();
  private final JsonNode index;

  private RecordedPictures(InputStream in) throws IOException {
    try (ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), zip.readAllBytes());
      }
    }
    index = new ObjectMapper().readTree(files.get(INDEX));
  }

  static RecordedPictures of(String archive) throws IOException {
    InputStream in = RecordedPictures.class.getResourceAsStream("recorded/" + archive);
    return new RecordedPictures(in);
  }

  byte[] file(String name) {
    return files.get(name);
  }

  int size() {
    return index.size();
  }

  /** Each picture gives the recorded pixels, or fails with the recorded code and message. */
  Stream<DynamicTest> tests() {
    return StreamSupport.stream(index.spliterator(), false)
        .map(entry -> DynamicTest.dynamicTest(entry.get("file").asText(), () -> check(entry)));
  }

  private void check(JsonNode entry) throws ImageException {
    byte[] data = file(entry.get("file").asText());
    if (entry.has("refused")) {
      ImageException refusal =
          catchThrowableOfType(ImageException.class, () -> TestImages.decode(data));
      assertThat(refusal).as("decodes instead").isNotNull();
      assertThat(refusal.code()).isEqualTo(ImageErrorCode.valueOf(entry.get("code").asText()));
      assertThat(refusal).hasMessageContaining(entry.get("refused").asText());
      return;
    }
    RgbImage image = TestImages.decode(data);
    assertThat(image.width()).isEqualTo(entry.get("width").asInt());
    assertThat(image.height()).isEqualTo(entry.get("height").asInt());
    assertThat(TestImages.sha256(image.rgb())).isEqualTo(entry.get("rgb_sha256").asText());
  }
}
