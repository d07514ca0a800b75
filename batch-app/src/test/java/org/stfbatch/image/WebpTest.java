package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebpTest {

  @TestFactory
  Stream<DynamicTest> givesThePixelsOfLibwebp() throws IOException {
    RecordedPictures recorded = RecordedPictures.of("webp.zip");
    assertThat(recorded.size()).isEqualTo(300);
    return recorded.tests();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"lossy-90", "lossy-alpha-40", "lossless-7", "animated-8", "animated-offset-9"})
  void refusesAFileThatEndsTooEarly(String name) throws IOException {
    byte[] whole = RecordedPictures.of("webp.zip").file(name);
    for (int length = 16; length < whole.length; length += 1 + length / 16) {
      assertThat(failure(Arrays.copyOf(whole, length)))
          .hasMessage(
              "test is a broken WEBP image (it is cut off): replace the file and use retry");
    }
  }

  @Test
  void refusesABrokenBitstreamInAWholeFile() throws IOException {
    byte[] data = RecordedPictures.of("webp.zip").file("lossless-7").clone();
    Arrays.fill(data, 25, data.length, (byte) 0xff);
    assertThat(failure(data).code()).isEqualTo(ImageErrorCode.IMAGE_DECODE);
  }

  @Test
  void refusesAnAnimationWhoseFrameIsNotAsLargeAsItSays() throws IOException {
    byte[] data = RecordedPictures.of("webp.zip").file("animated-offset-9").clone();
    int frame = new String(data, StandardCharsets.ISO_8859_1).indexOf("ANMF") + 8;
    data[frame + 6]++;
    assertThat(failure(data)).hasMessageContaining("its first frame does not have");
  }

  @Test
  void severalProcessesLoadTheLibraryFromOneFolderAndLeaveNothingThere(@TempDir Path folder)
      throws Exception {
    Path picture = lossy(folder);
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    List<ChildDecoding> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(decoding(picture, temporary));
    }
    for (ChildDecoding process : processes) {
      assertThat(process.lines()).containsExactly("prepared 336");
    }
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void namesTheCureWhereTheLibraryCannotBeLoaded(@TempDir Path folder) throws Exception {
    Path missing = folder.resolve("missing");
    assertThat(decoding(lossy(folder), missing).lines())
        .containsExactly(
            "IMAGE_FORMAT picture.webp is a WebP image, and libwebp cannot be loaded from "
                + missing
                + ": name a folder that can be written to and allows executables"
                + " (JAVA_OPTS=-Djava.io.tmpdir=FOLDER)");
  }

  private static Path lossy(Path folder) throws IOException {
    byte[] data = RecordedPictures.of("webp.zip").file("lossy-90");
    return Files.write(folder.resolve("picture.webp"), data);
  }

  private static ChildDecoding decoding(Path picture, Path temporary) throws IOException {
    return ChildDecoding.start(List.of("-Djava.io.tmpdir=" + temporary), List.of(picture));
  }

  private static ImageException failure(byte[] data) {
    return catchThrowableOfType(ImageException.class, () -> TestImages.decode(data));
  }
}
