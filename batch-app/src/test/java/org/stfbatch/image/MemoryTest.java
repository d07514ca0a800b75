package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large images in small heaps. */
class MemoryTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseParallelGC", "-XX:+UseG1GC"})
  void imagesThatFitOneByOneAreAllPrepared(String collector) throws Exception {
    List<Path> images = Collections.nCopies(8, png(3200, 2500));
    ChildDecoding child = ChildDecoding.start(List.of(collector, "-Xmx80m"), images);
    assertThat(child.lines()).isEqualTo(Collections.nCopies(8, "prepared 336"));
  }

  @Test
  void anImageThatDoesNotFitAloneNamesTheHeapThatWouldDo() throws Exception {
    List<Path> image = List.of(png(8000, 5000));
    String line = ChildDecoding.start(List.of("-Xmx100m"), image).lines().get(0);
    Matcher heap = Pattern.compile("about (\\d+) MB \\(JAVA_OPTS=-Xmx\\1m\\)").matcher(line);
    assertThat(heap.find()).as(line).isTrue();
    assertThat(line)
        .startsWith("IMAGE_TOO_LARGE 8000x5000.png has 8000x5000 pixels, which do not fit");
    assertThat(
            ChildDecoding.start(List.of("-XX:+UseParallelGC", "-Xmx" + heap.group(1) + "m"), image)
                .lines())
        .containsExactly("prepared 336");
  }

  /** Other images load while one image is too large for the heap. */
  @Test
  void oneThatDoesNotFitHarmsNoOther() throws Exception {
    Path small = png(2000, 1000);
    List<Path> images = List.of(small, png(8000, 5000), small, small);
    List<String> lines = ChildDecoding.start(List.of("-Xmx100m"), images).lines();
    assertThat(lines.get(1)).startsWith("IMAGE_TOO_LARGE ");
    assertThat(List.of(lines.get(0), lines.get(2), lines.get(3))).containsOnly("prepared 336");
  }

  /** Writes a black image, which is small as a file. */
  private Path png(int width, int height) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    byte[] header =
        ByteBuffer.allocate(13).putInt(width).putInt(height).put(new byte[] {8, 2}).array();
    chunk(file, "IHDR", header);
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    try (OutputStream rows =
        new DeflaterOutputStream(pixels, new Deflater(Deflater.BEST_SPEED), 1 << 16)) {
      byte[] row = new byte[1 + 3 * width];
      for (int y = 0; y < height; y++) {
        rows.write(row);
      }
    }
    chunk(file, "IDAT", pixels.toByteArray());
    chunk(file, "IEND", new byte[0]);
    return Files.write(folder.resolve(width + "x" + height + ".png"), file.toByteArray());
  }

  private static void chunk(ByteArrayOutputStream file, String type, byte[] payload) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 checksum = new CRC32();
    checksum.update(name);
    checksum.update(payload);
    file.writeBytes(ByteBuffer.allocate(4).putInt(payload.length).array());
    file.writeBytes(name);
    file.writeBytes(payload);
    file.writeBytes(ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array());
  }
}
