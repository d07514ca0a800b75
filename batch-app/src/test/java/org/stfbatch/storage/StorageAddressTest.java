package org.stfbatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.storage.StorageAddress.Http;
import org.stfbatch.storage.StorageAddress.LocalFile;
import org.stfbatch.storage.StorageAddress.S3Object;

class StorageAddressTest {
  @Test
  void theBeginningTellsTheKind() {
    assertThat(StorageAddress.parse("S3://photos/a/b c%20?#.png"))
        .isEqualTo(new S3Object("photos", "a/b c%20?#.png"));
    assertThat(StorageAddress.parse("s3://photos")).isEqualTo(new S3Object("photos", ""));
    assertThat(StorageAddress.parse("HTTPS://h/a")).isInstanceOf(Http.class);
    assertThat(StorageAddress.parse("s3:/x.png")).isEqualTo(new LocalFile(Path.of("s3:/x.png")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://", "s3:///key", "s3://a b/key", "s3://x/key", "http://h/a b"})
  void whatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> StorageAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aKeyThatNoObjectCanHaveIsRefused() {
    assertThat(new S3Object("photos", "ä".repeat(512)).key()).hasSize(512);
    assertThatThrownBy(() -> new S3Object("photos", "ä".repeat(513)))
        .hasMessageContaining("1024 bytes");
  }

  @Test
  void anObjectLiesInThePrefixUpToItsLastSlash() {
    assertThat(new S3Object("photos", "a/b/c.csv").parent())
        .isEqualTo(new S3Object("photos", "a/b/"));
    assertThat(new S3Object("photos", "c.csv").parent()).isEqualTo(new S3Object("photos", ""));
    assertThat(new S3Object("photos", "a").resolve("b.png")).hasToString("s3://photos/a/b.png");
  }

  @Test
  void secretsOfAnAddressAreNotShown() {
    StorageAddress address = StorageAddress.parse("https://ann:hunter2@h/x?token=hunter2");
    assertThat(address.displayName()).isEqualTo("https://h/x?...");
    assertThat(address.toString()).doesNotContain("hunter2");
  }
}
