package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TiffTest {
  private static final int COMPRESSION = 259;
  private static final int PREDICTOR = 317;

  @TestFactory
  Stream<DynamicTest> givesThePixelsOfPillowOrNamesWhatIsNotSupported() throws IOException {
    return RecordedPictures.of("tiff.zip").tests();
  }

  @ParameterizedTest
  @CsvSource({
    "rgb8-ii, 34712, compression 34712 (JPEG 2000)",
    "rgb8-ii, 34887, compression 34887 (LERC)",
    "rgb8-ii, 12345, compression 12345",
    "cmyk8-ii, 50001, WebP compression of other than RGB or RGBA",
    "gray-alpha2-ii, 7, JPEG of two samples a pixel",
  })
  void namesACompressionThatIsNotSupported(String file, int compression, String words)
      throws IOException {
    assertThat(failure(changed(file, COMPRESSION, compression)))
        .hasMessage(
            "test is a TIFF image with "
                + words
                + ", which is not supported: convert it to PNG or JPEG")
        .returns(ImageErrorCode.IMAGE_FORMAT, ImageException::code);
  }

  @ParameterizedTest
  @CsvSource({
    "rgb8-ii-lzw2, 3, its predictor is for floating point",
    "rgb8-ii-lzw2, 7, predictor 7"
  })
  void namesAPredictorThatDoesNotFit(String file, int predictor, String words) throws IOException {
    assertThat(failure(changed(file, PREDICTOR, predictor))).hasMessageContaining(words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb8-ii",
        "rgb8-ii-lzw2",
        "rgb8-ii-tiles-zip2",
        "rgb8-ii-zstd2",
        "rgb8-ii-lzma",
        "rgb8-ii-packbits",
        "rgb8-ii-webp",
        "rgb8-ii-jpeg-tiles",
        "gray1-0-ii-g4",
        "rgb8-ii-big"
      })
  void refusesATruncatedFile(String file) throws IOException {
    byte[] whole = RecordedPictures.of("tiff.zip").file(file);
    for (int eighths = 1; eighths < 8; eighths++) {
      byte[] part = Arrays.copyOf(whole, whole.length * eighths / 8);
      assertThat(failure(part))
          .as("%d eighths", eighths)
          .returns(ImageErrorCode.IMAGE_DECODE, ImageException::code);
    }
  }

  private static byte[] changed(String file, int tag, int value) throws IOException {
    byte[] data = RecordedPictures.of("tiff.zip").file(file).clone();
    ByteBuffer little = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    int directory = little.getInt(4);
    for (int i = 0; i < little.getShort(directory); i++) {
      int entry = directory + 2 + 12 * i;
      if ((little.getShort(entry) & 0xffff) == tag) {
        little.putShort(entry + 8, (short) value);
        return data;
      }
    }
    throw new IllegalArgumentException(file + " has no tag " + tag);
  }

  private static ImageException failure(byte[] data) {
    return catchThrowableOfType(ImageException.class, () -> TestImages.decode(data));
  }
}
