package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.storage.StorageAddress.S3Object;

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
        "gs://bucket/a.png",
        "s3://bucket",
        "s3://",
        "s3://a b/c.png",
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
  void namesObjectsOfBuckets() throws ImageException {
    ImageRoot root = ImageRoot.parse("s3://photos/shop");
    assertThat(root).hasToString("s3://photos/shop/");
    assertThat(ImageSource.parse("S3://Other/a b/%20.png", ROOT))
        .isEqualTo(s3("Other", "a b/%20.png"));
    assertThat(ImageSource.parse("a/./b.png", root, true)).isEqualTo(s3("photos", "shop/a/b.png"));
    assertThat(ImageSource.parse("a/../b.png", root, true)).isEqualTo(s3("photos", "shop/b.png"));
    assertThat(ImageSource.parse("s3://photos/x.png", root, true)).isEqualTo(s3("photos", "x.png"));
    assertThat(ImageSource.parse("s3://other/x.png", root, true))
        .isEqualTo(new ImageSource.S3(new S3Object("other", "x.png"), true));
    assertThat(ImageSource.parse("data:,x", root, false)).isInstanceOf(ImageSource.DataUri.class);
    for (String outside : List.of("../b.png", "a/../../b.png", "/a.png")) {
      assertThatThrownBy(() -> ImageSource.parse(outside, root, false))
          .isInstanceOfSatisfying(
              ImageException.class,
              e -> assertThat(e.code()).isEqualTo(ImageErrorCode.IMAGE_OUTSIDE_FOLDER));
    }
  }

  private static ImageSource.S3 s3(String bucket, String key) {
    return new ImageSource.S3(new S3Object(bucket, key), false);
  }

  @Test
  void theHostOfAReferenceIsThatOfItsDownload() {
    assertThat(ImageSource.hostOf("http://H:81/a.png", "s3://b/")).isEqualTo("h:81");
    assertThat(ImageSource.hostOf("s3://photos/a.png", "/images")).isEqualTo("s3://photos");
    assertThat(ImageSource.hostOf("a.png", "s3://photos/shop/")).isEqualTo("s3://photos");
    assertThat(ImageSource.hostOf("a.png", "/images")).isEmpty();
    assertThat(ImageSource.hostOf("data:,x", "s3://photos/")).isEmpty();
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
