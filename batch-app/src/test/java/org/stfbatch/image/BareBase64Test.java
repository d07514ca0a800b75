package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BareBase64Test {
  @Test
  void anImageWithoutItsPrefixIsRecognised() {
    for (String magic :
        List.of(
            "\u0089PNG\r\n\u001a\n",
            "\u00ff\u00d8\u00ff\u00e0",
            "\u00ff\u00d8\u00ff\u00db",
            "GIF89a",
            "RIFF",
            "II*\0",
            "MM\0*")) {
      byte[] file = new byte[2_000_000];
      new Random(3).nextBytes(file);
      byte[] beginning = magic.getBytes(StandardCharsets.ISO_8859_1);
      System.arraycopy(beginning, 0, file, 0, beginning.length);
      for (Base64.Encoder base64 : List.of(Base64.getEncoder(), Base64.getMimeEncoder())) {
        ImageException e =
            catchThrowableOfType(
                ImageException.class,
                () -> ImageSource.parse(base64.encodeToString(file), Path.of("/images")));

        assertThat(e.code()).isEqualTo(ImageErrorCode.IMAGE_REFERENCE);
        assertThat(e)
            .hasMessageContaining("this is base64 without data:image/...;base64,")
            .message()
            .hasSizeLessThan(200)
            .hasLineCount(1);
      }
    }
  }

  @Test
  void aDataUriWithoutItsFirstWordIsRecognised() {
    ImageException e =
        catchThrowableOfType(
            ImageException.class,
            () -> ImageSource.parse("image/png;base64," + "A".repeat(400), Path.of("/images")));
    assertThat(e.code()).isEqualTo(ImageErrorCode.IMAGE_REFERENCE);
  }

  @Test
  void namesOfFilesAreNone() throws ImageException {
    for (String name :
        List.of(
            "/9j/a.jpg", "R0lGOD.gif", "iVBORw0KGgo/" + "x".repeat(50) + ".png", "a".repeat(300))) {
      assertThat(ImageSource.parse(name, Path.of("/images"))).isInstanceOf(ImageSource.File.class);
    }
  }

  @Test
  void aLongNameIsShortened() throws ImageException {
    String name = "x".repeat(2_000_000);
    assertThat(ImageSource.parse(name, Path.of("/images")).displayName()).hasSizeLessThan(250);
    assertThat(ImageSource.parse("http://h/" + name, Path.of("/images")).displayName())
        .hasSizeLessThan(250);
  }
}
