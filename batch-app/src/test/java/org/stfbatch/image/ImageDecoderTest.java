package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

  @TestFactory
  Stream<DynamicTest> givesPillowsPixels() {
    return TestImages.index().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.get("file").asText(), () -> givesPillowsPixels(entry)));
  }

  private static void givesPillowsPixels(JsonNode entry) throws ImageException {
    String file = entry.get("file").asText();
    RgbImage image = TestImages.decode(TestImages.bytes(file));

    assertThat(image.width()).isEqualTo(entry.get("width").asInt());
    assertThat(image.height()).isEqualTo(entry.get("height").asInt());
    assertThat(TestImages.sha256(image.rgb())).isEqualTo(entry.get("rgb_sha256").asText());
  }

  @Test
  void decodesInManyThreadsAtOnce() throws Exception {
    ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT_MAX_PIXELS);
    ExecutorService workers = Executors.newFixedThreadPool(4);
    try {
      List<Callable<String>> work =
          IntStream.range(0, 200)
              .<Callable<String>>mapToObj(
                  i ->
                      () -> {
                        String file = i % 2 == 0 ? "jpeg-420.jpg" : "tiff-rgb-lzw.tif";
                        return file
                            + TestImages.sha256(
                                TestImages.decode(decoder, TestImages.bytes(file), file).rgb());
                      })
              .toList();
      List<String> results =
          workers.invokeAll(work).stream().map(ImageDecoderTest::valueOf).distinct().toList();
      assertThat(results).hasSize(2);
    } finally {
      workers.shutdownNow();
    }
  }

  private static String valueOf(Future<String> future) {
    try {
      return future.get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jpeg-420.jpg",
        "jpeg-progressive.jpg",
        "jpeg-gray.jpg",
        "jpeg-cmyk.jpg",
        "png-rgb.png",
        "png-palette.png",
        "png-interlaced.png",
        "gif.gif",
        "bmp-24.bmp",
        "tiff-rgb-raw.tif",
        "tiff-rgb-lzw.tif",
        "webp-lossless.webp",
        "webp-lossy.webp"
      })
  void refusesATruncatedFile(String file) {
    byte[] whole = TestImages.bytes(file);
    for (int eighths = 1; eighths < 8; eighths++) {
      byte[] part = Arrays.copyOf(whole, Math.max(whole.length * eighths / 8, 16));
      assertThat(failure(part).code()).isEqualTo(ImageErrorCode.IMAGE_DECODE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello", "<svg xmlns='http://www.w3.org/2000/svg'/>", "\0\0\0\0", "G"})
  void refusesWhatIsNoImage(String text) {
    ImageException failure = failure(text.getBytes(StandardCharsets.US_ASCII));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_FORMAT);
    assertThat(failure).hasMessageContaining("test is no JPEG, PNG");
  }

  /** An end code after five of 64 pixels; other decoders refuse the file, too. */
  @Test
  void refusesAGifWhoseCodesEndBeforeItsPixels() {
    byte[] gif =
        HexFormat.of()
            .parseHex(
                "474946383961"
                    + "0800080080"
                    + "0000"
                    + "000000ff0000"
                    + "2c00000000"
                    + "08000800"
                    + "00"
                    + "02"
                    + "03"
                    + "4c1251"
                    + "00"
                    + "3b");

    assertThat(failure(gif).code()).isEqualTo(ImageErrorCode.IMAGE_DECODE);
    assertThat(failure(gif)).hasMessageContaining("of its 64 pixels");
  }

  @Test
  void namesAKindOfJpegThatIsNotSupported() {
    byte[] jpeg = TestImages.bytes("jpeg-420.jpg");
    int frame = 0;
    while ((jpeg[frame] & 0xff) != 0xff || (jpeg[frame + 1] & 0xff) != 0xc0) {
      frame++;
    }
    byte[] twelveBits = jpeg.clone();
    twelveBits[frame + 4] = 12;
    byte[] lossless = jpeg.clone();
    lossless[frame + 1] = (byte) 0xc3;

    assertThat(failure(twelveBits).code()).isEqualTo(ImageErrorCode.IMAGE_FORMAT);
    assertThat(failure(twelveBits)).hasMessageContainingAll("12 bits a sample", "convert it");
    assertThat(failure(lossless).code()).isEqualTo(ImageErrorCode.IMAGE_FORMAT);
    assertThat(failure(lossless)).hasMessageContaining("lossless");
  }

  /** The JDK's plug-in refuses this order of chunks; other decoders accept it. */
  @Test
  void readsAPaletteThatItsTransparencyComesBefore() throws ImageException {
    byte[] usual = TestImages.bytes("png-palette.png");
    int palette = new String(usual, StandardCharsets.ISO_8859_1).indexOf("PLTE") - 4;
    byte[] transparency = {0, 0, 0, 2, 't', 'R', 'N', 'S', 0, 127, 0, 0, 0, 0};
    ByteBuffer odd = ByteBuffer.allocate(usual.length + transparency.length);
    odd.put(usual, 0, palette).put(transparency).put(usual, palette, usual.length - palette);

    assertThat(TestImages.decode(odd.array()).rgb()).isEqualTo(TestImages.decode(usual).rgb());
  }

  @Test
  void refusesAnEmptyFile() {
    assertThat(failure(new byte[0]).code()).isEqualTo(ImageErrorCode.IMAGE_DECODE);
  }

  @Test
  void namesTheFormatOfABrokenImage() {
    byte[] data = Arrays.copyOf(TestImages.bytes("jpeg-420.jpg"), 700);
    assertThat(failure(data))
        .hasMessage("test is a broken JPEG image (it is cut off): replace the file and use retry");
  }

  /** Decompression bombs: files of a few hundred bytes with gigabytes of pixels. */
  @ParameterizedTest
  @CsvSource({
    "png-rgb.png, 30000, 30000",
    "png-rgb.png, 2000000, 3",
    "jpeg-420.jpg, 65000, 65000",
    "jpeg-progressive.jpg, 40000, 40000",
    "gif.gif, 60000, 60000",
    "bmp-24.bmp, 30000, 30000",
    "tiff-gray.tif, 30000, 30000",
    "webp-lossy.webp, 16383, 16383",
    "webp-lossless.webp, 16383, 16383"
  })
  void refusesADecompressionBombFromItsHeader(String file, int width, int height) {
    byte[] bomb = resized(TestImages.bytes(file), file, width, height);
    ImageException failure = failure(bomb);
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_TOO_LARGE);
    assertThat(failure).hasMessageContaining(width + "x" + height + " pixels, the limit is ");
  }

  @Test
  void holdsTheConfiguredPixelLimitExactly() throws ImageException {
    byte[] data = TestImages.bytes("png-rgb.png");
    assertThat(TestImages.decode(new ImageDecoder(61 * 47), data, "test").width()).isEqualTo(61);
    assertThatThrownBy(() -> TestImages.decode(new ImageDecoder(61 * 47 - 1), data, "test"))
        .hasMessage("test has 61x47 pixels, the limit is 2866 in all: shrink it");
  }

  /**
   * Random damage (flipped, cut or repeated bytes) gives pixels or an ImageException, in a short
   * time.
   */
  @TestFactory
  Stream<DynamicTest> survivesDamage() {
    return TestImages.index().stream()
        .map(entry -> entry.get("file").asText())
        .map(
            file ->
                DynamicTest.dynamicTest(
                    file,
                    () ->
                        assertTimeoutPreemptively(
                            Duration.ofSeconds(60), () -> survivesDamage(file))));
  }

  private static void survivesDamage(String file) {
    ImageDecoder decoder = new ImageDecoder(1 << 22);
    byte[] whole = TestImages.bytes(file);
    Random random = new Random(file.hashCode());
    for (int round = 0; round < 60; round++) {
      byte[] damaged = damaged(whole, random, round);
      try {
        RgbImage image = TestImages.decode(decoder, damaged, file);
        assertThat(image.rgb()).hasSize(3 * image.width() * image.height());
      } catch (ImageException e) {
        assertThat(e.code())
            .isIn(
                ImageErrorCode.IMAGE_DECODE,
                ImageErrorCode.IMAGE_FORMAT,
                ImageErrorCode.IMAGE_TOO_LARGE);
        assertThat(e.getMessage()).startsWith(file).doesNotContain("\n");
      }
    }
  }

  private static byte[] damaged(byte[] whole, Random random, int round) {
    byte[] data = whole.clone();
    int flips = 1 + random.nextInt(1 << round % 6);
    int reach = round % 2 == 0 ? Math.min(data.length, 160) : data.length;
    for (int i = 0; i < flips; i++) {
      data[random.nextInt(reach)] = (byte) random.nextInt(256);
    }
    return round % 5 == 4 ? Arrays.copyOf(data, random.nextInt(data.length)) : data;
  }

  private static ImageException failure(byte[] data) {
    return catchThrowableOfType(ImageException.class, () -> TestImages.decode(data));
  }

  private static byte[] resized(byte[] data, String file, int width, int height) {
    ByteBuffer big = ByteBuffer.wrap(data);
    ByteBuffer little = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    switch (file.substring(file.indexOf('.'))) {
      case ".png" -> {
        big.putInt(16, width).putInt(20, height);
        CRC32 crc = new CRC32();
        crc.update(data, 12, 17);
        big.putInt(29, (int) crc.getValue());
      }
      case ".jpg" -> {
        int frame = 0;
        while ((data[frame] & 0xff) != 0xff || (data[frame + 1] & 0xfd) != 0xc0) {
          frame++;
        }
        big.putShort(frame + 5, (short) height).putShort(frame + 7, (short) width);
      }
      case ".gif" -> little.putShort(6, (short) width).putShort(8, (short) height);
      case ".bmp" -> little.putInt(18, width).putInt(22, height);
      case ".tif" -> {
        int directory = little.getInt(4);
        for (int i = 0; i < little.getShort(directory); i++) {
          int entry = directory + 2 + 12 * i;
          int tag = little.getShort(entry) & 0xffff;
          if (tag == 256 || tag == 257) {
            little.putShort(entry + 2, (short) 4).putInt(entry + 8, tag == 256 ? width : height);
          }
        }
      }
      default -> {
        if (data[15] == 'L') {
          little.putInt(21, width - 1 | height - 1 << 14);
        } else {
          little.putShort(26, (short) width).putShort(28, (short) height);
        }
      }
    }
    return data;
  }
}
