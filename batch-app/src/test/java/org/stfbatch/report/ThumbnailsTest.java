package org.stfbatch.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThumbnailsTest {
  @TempDir private Path folder;

  private final Thumbnails thumbnails = new Thumbnails();

  @Test
  void showsAPictureSmall() throws Exception {
    BufferedImage red = new BufferedImage(400, 200, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 400 * 200; i++) {
      red.setRGB(i % 400, i / 400, i % 400 < 200 ? 0xff0000 : 0x0000ff);
    }
    ImageIO.write(red, "png", folder.resolve("red.png").toFile());

    Thumbnails.Thumbnail thumbnail = of("red.png");

    byte[] jpeg = Base64.getDecoder().decode(thumbnail.dataUri().split(",")[1]);
    BufferedImage small = ImageIO.read(new ByteArrayInputStream(jpeg));
    assertThat(small.getWidth()).isEqualTo(112);
    assertThat(small.getHeight()).isEqualTo(56);
    assertThat(small.getRGB(20, 30) >> 16 & 0xff).isGreaterThan(240);
    assertThat(small.getRGB(90, 30) & 0xff).isGreaterThan(240);
    assertThat(thumbnail.note()).isEmpty();
  }

  /** The file has only a header: no pixels are decoded. */
  @Test
  void leavesOutAHugePictureWithAWord() throws Exception {
    ByteBuffer file = ByteBuffer.allocate(33).putLong(0x89504e470d0a1a0aL).putInt(13);
    file.putInt(0x49484452).putInt(10_000).putInt(10_000).put(new byte[] {8, 2, 0, 0, 0});
    CRC32 checksum = new CRC32();
    checksum.update(file.array(), 12, 17);
    Files.write(folder.resolve("huge.png"), file.putInt((int) checksum.getValue()).array());

    assertThat(of("huge.png")).isEqualTo(new Thumbnails.Thumbnail("", "too large to be shown"));
  }

  @Test
  void leavesOutWhatCannotBeReadOrWouldBeDownloaded() throws Exception {
    assertThat(of("missing.png")).isEqualTo(new Thumbnails.Thumbnail("", ""));
    assertThat(of("http://127.0.0.1:9/a.png")).isEqualTo(new Thumbnails.Thumbnail("", ""));
  }

  private Thumbnails.Thumbnail of(String name) throws InterruptedException {
    return thumbnails.of(Optional.of(name), Optional.of(folder.toString()));
  }
}
