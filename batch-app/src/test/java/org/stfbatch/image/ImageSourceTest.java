package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageSourceTest {
  private static final Path ROOT = Path.of("pictures");

  @Test
  void tellsTheKindsApartByPrefix() throws ImageException {
    assertThat(ImageSource.parse("a/b.jpg", ROOT)).isEqualTo(new ImageSource.File(ROOT, "a/b.jpg"));
    assertThat(ImageSource.parse("https.jpg", ROOT)).isInstanceOf(ImageSource.File.class);
    assertThat(ImageSource.parse("data:,x", ROOT)).isEqualTo(new ImageSource.DataUri("data:,x"));
    assertThat(ImageSource.parse("DATA:,x", ROOT)).isInstanceOf(ImageSource.DataUri.class);
    assertThat(ImageSource.parse("HTTPS://host/a.png", ROOT))
        .isEqualTo(new ImageSource.Http(URI.create("HTTPS://host/a.png")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "http://host/a b.jpg",
        "https://",
        "http:///path",
        "http://h/%zz",
        "httpx://a/b",
        "s3://bucket/a.png",
        "ftp://host/a.png",
        "file:///etc/passwd"
      })
  void refusesWhatCannotBeAReference(String reference) {
    assertThatThrownBy(() -> ImageSource.parse(reference, ROOT))
        .isInstanceOfSatisfying(
            ImageException.class,
            e -> assertThat(e.code()).isEqualTo(ImageErrorCode.IMAGE_REFERENCE));
  }

  @Test
  void namesAHostThatCannotBeAsked() {
    for (String host : List.of("my_host:8099", "ex\u00e4mple.invalid", "127.0.0.1:-1")) {
      assertThatThrownBy(() -> ImageSource.parse("http://me:secret@" + host + "/a.png?key=1", ROOT))
          .hasMessageContainingAll("http://" + host + "/a.png", "xn--")
          .hasMessageNotContainingAny("secret", "key=1");
    }
  }

  @Test
  void showsNoSecretsAndNoBulk() throws ImageException {
    ImageSource http =
        ImageSource.parse("https://user:secret@host:8443/a/b.png?token=secret#secret", ROOT);
    assertThat(http.displayName()).isEqualTo("https://host:8443/a/b.png?...");
    assertThat(http.toString()).doesNotContain("secret");
    ImageSource data = ImageSource.parse("data:image/png;base64," + "A".repeat(5000), ROOT);
    assertThat(data.displayName()).hasSizeLessThan(50);
    assertThat(data.toString()).hasSizeLessThan(60);
    assertThat(new ImageSource.Bytes(new byte[9], "frame 3"))
        .hasToString("Bytes[frame 3, 9 bytes]");
  }
}
