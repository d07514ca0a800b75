package org.stfbatch.demo;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** File format of a picture. */
enum PictureFormat {
  PNG("png"),
  JPEG("jpg"),
  GIF("gif"),
  BMP("bmp");

  private final String extension;

  PictureFormat(String extension) {
    this.extension = extension;
  }

  /**
   * Returns the format of a picture: mostly PNG and JPEG; for testing, sometimes one of the others.
   */
  static PictureFormat of(int number, Split split) {
    if (split == Split.HELD_OUT && number % 16 == 7) {
      return GIF;
    }
    if (split == Split.HELD_OUT && number % 16 == 12) {
      return BMP;
    }
    return number % 2 == 0 ? PNG : JPEG;
  }

  String extension() {
    return extension;
  }

  byte[] encode(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (!ImageIO.write(image, extension, out)) {
      throw new IOException("this Java runtime cannot write " + extension + " images");
    }
    return out.toByteArray();
  }

  void write(BufferedImage image, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, encode(image));
  }
}
