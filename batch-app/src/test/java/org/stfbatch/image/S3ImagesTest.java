package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.net.AddressRules;
import org.stfbatch.net.ProxySettings;
import org.stfbatch.storage.StorageAddress.S3Object;
import org.stfbatch.testing.FaultyS3;
import org.stfbatch.testing.FaultyS3.Fault;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.S3Server;

/** Images in buckets: one attempt each. */
@Timeout(60)
class S3ImagesTest {
  @RegisterExtension static final S3Server SERVER = new S3Server();

  private static final ImageRoot ROOT = ImageRoot.parse("s3://pictures/");
  private static Path picture;

  @BeforeAll
  static void store() throws IOException {
    try (Stream<Path> files = Files.list(Golden.file("images"))) {
      picture =
          files.filter(file -> file.toString().endsWith(".png")).sorted().findFirst().orElseThrow();
    }
    SERVER.put("a/kite ä+%.png", picture);
  }

  private static ImageLoader loader(URI endpoint, String... allowed) {
    return loader(endpoint, ImageLimits.defaults(), allowed);
  }

  private static ImageLoader loader(URI endpoint, ImageLimits limits, String... allowed) {
    FetchSettings settings =
        new FetchSettings(
            false, AddressRules.DEFAULT, ProxySettings.NONE, 4, 4, Duration.ofMinutes(1));
    return new ImageLoader(
        limits, settings.withBuckets(S3Server.settings(endpoint), Set.of(allowed)));
  }

  @Test
  void anObjectHasThePixelsOfItsFile() throws Exception {
    ImageLoader loader = loader(SERVER.endpoint());
    ImageSource file = new ImageSource.File(picture.getParent(), picture.getFileName().toString());

    assertThat(loader.load(ImageSource.parse("a/kite ä+%.png", ROOT, false)).rgb())
        .isEqualTo(loader.load(file).rgb());
    loader.cancelDownloads();
  }

  @Test
  void whatIsMissingOrTooLargeFailsForGood() {
    ImageException missing = refused(loader(SERVER.endpoint()), "s3://pictures/none.png", false);
    assertThat(missing.code()).isEqualTo(ImageErrorCode.IMAGE_NOT_FOUND);
    assertThat(missing.isTransient()).isFalse();
    assertThat(missing).hasMessageContaining("s3://pictures/none.png").hasMessageContaining("key");

    assertThat(refused(loader(SERVER.endpoint()), "s3://no-such-bucket/a.png", false).code())
        .isEqualTo(ImageErrorCode.IMAGE_NOT_FOUND);

    ImageLimits few = new ImageLimits(10, 1000, Duration.ofSeconds(5), Duration.ofSeconds(5), 0);
    assertThat(
            refused(loader(SERVER.endpoint(), few), "s3://pictures/a/kite ä+%.png", false).code())
        .isEqualTo(ImageErrorCode.IMAGE_TOO_LARGE);
  }

  @Test
  void strangersNameOnlyBucketsThatAreAllowed() throws Exception {
    String address = "s3://pictures/a/kite ä+%.png";
    ImageException refused = refused(loader(SERVER.endpoint()), address, true);
    assertThat(refused.code()).isEqualTo(ImageErrorCode.IMAGE_ADDRESS);
    assertThat(refused).hasMessageContaining("--allow-bucket pictures");

    ImageLoader allowing = loader(SERVER.endpoint(), "pictures");
    assertThat(allowing.load(source(address, true)).width()).isPositive();
    allowing.cancelDownloads();
    ImageLoader ofRoot = loader(SERVER.endpoint());
    assertThat(ofRoot.load(ImageSource.parse("a/kite ä+%.png", ROOT, true)).width()).isPositive();
    ofRoot.cancelDownloads();
  }

  @Test
  void refusalsAreTransientOrTellWhatToDo() throws Exception {
    ImageException slow = faulty(Fault.SLOW_DOWN);
    assertThat(slow.isTransient()).isTrue();
    assertThat(slow.retryAfter()).contains(Duration.ZERO);
    assertThat(faulty(Fault.CUT).isTransient()).isTrue();
    assertThat(faulty(Fault.WRONG_TAG))
        .hasMessageContaining("arrived damaged")
        .satisfies(e -> assertThat(e.isTransient()).isTrue());
    assertThat(faulty(Fault.EXPIRED).isTransient()).isTrue();
    ImageException denied = faulty(Fault.DENIED);
    assertThat(denied.isTransient()).isFalse();
    assertThat(denied.code()).isEqualTo(ImageErrorCode.IMAGE_FETCH);
    assertThat(denied).hasMessageContaining("AccessDenied").hasMessageContaining("allow it");
    assertThat(faulty(Fault.MOVED))
        .hasMessageContaining("eu-central-1")
        .hasMessageContaining("--s3-region");
  }

  private static ImageException faulty(Fault fault) throws IOException {
    try (FaultyS3 server = FaultyS3.start(SERVER.endpoint(), (line, count) -> fault)) {
      ImageException error =
          refused(loader(server.endpoint()), "s3://pictures/a/kite ä+%.png", false);
      assertThat(error.getMessage()).doesNotContain("Signature", S3Server.SECRET, "\n");
      return error;
    }
  }

  private static ImageSource source(String address, boolean fromOutside) throws ImageException {
    return ImageSource.parse(address, new ImageRoot.Folder(Path.of("/")), fromOutside);
  }

  private static ImageException refused(ImageLoader loader, String address, boolean fromOutside) {
    try {
      return assertThrows(
          ImageException.class, () -> loader.load(source(address, fromOutside)), address);
    } finally {
      loader.cancelDownloads();
    }
  }

  @Test
  void aDownloadIsCancelledWhileTheServerIsSilent() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    try (FaultyS3 silent =
        FaultyS3.start(
            SERVER.endpoint(),
            (line, count) -> {
              asked.countDown();
              awaited(end);
              return Fault.NONE;
            })) {
      ImageLoader loader = loader(silent.endpoint());
      CompletableFuture<ImageLoader.Arrived> download =
          loader.download(new ImageSource.S3(new S3Object("pictures", "a/kite ä+%.png"), false));
      asked.await();
      loader.cancelDownloads();
      assertThat(download).isCompletedExceptionally();
      end.countDown();
    }
  }

  private static void awaited(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** With -Dstfbatch.s3.images=10000 this is the long form. */
  @Test
  @Timeout(600)
  void noConnectionIsLeftInUse() throws Exception {
    Fault[] faults = Fault.values();
    try (FaultyS3 server =
        FaultyS3.start(SERVER.endpoint(), (line, count) -> faults[count % faults.length])) {
      FetchSettings settings =
          FetchSettings.defaults().withBuckets(S3Server.settings(server.endpoint()), Set.of());
      HttpFetcher fetcher = new HttpFetcher(ImageLimits.defaults(), settings);
      ByteBudget budget = new ByteBudget(1 << 20);
      int images = Integer.getInteger("stfbatch.s3.images", 35);
      int arrived = 0;
      for (int i = 0; i < images; i++) {
        try (ByteBudget.Share share = budget.open()) {
          ImageSource.Remote source =
              new ImageSource.S3(new S3Object("pictures", "a/kite ä+%.png"), false);
          arrived += fetcher.fetch(source, new Transfer(), share).length > 0 ? 1 : 0;
        } catch (ImageException e) {
          assertThat(Optional.ofNullable(e.getMessage())).isPresent();
        }
      }
      assertThat(arrived).isEqualTo(images / faults.length);
      assertThat(fetcher.leased()).isZero();
      assertThat(budget.held()).isZero();
      fetcher.close();
    }
  }
}
