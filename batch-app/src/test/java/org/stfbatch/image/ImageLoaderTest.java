package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loading from files, data URIs and bytes. */
class ImageLoaderTest {
  private static final byte[] PICTURE = TestImages.bytes("png-palette-4bit.png");

  @TempDir Path folder;
  private Path root;
  private final ImageLoader loader = new ImageLoader(ImageLimits.defaults());

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(folder.resolve("images"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.png",
        "deep/er/a.png",
        "100%20 sure%zz.png",
        "with space.png",
        "\u732b\ud83d\ude3a.png",
        "no-extension",
        "..hidden.png",
        "sub/../a.png",
        "colon:name.png"
      })
  void readsAFileWhateverItsName(String name) throws Exception {
    Path file = root.resolve(name).normalize();
    Files.createDirectories(file.getParent());
    Files.write(file, PICTURE);
    assertThat(loader.load(ImageSource.parse(name, root)).width()).isEqualTo(61);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret.png",
        "..",
        "a/../../secret.png",
        "../images-too/secret.png",
        "../missing.png",
        "/etc/passwd",
        "link-out.png",
        "linked-folder/secret.png"
      })
  void neverLeavesTheFolder(String reference) throws Exception {
    Path twin = Files.createDirectory(folder.resolve("images-too"));
    Files.write(twin.resolve("secret.png"), PICTURE);
    Files.write(folder.resolve("secret.png"), PICTURE);
    Files.createSymbolicLink(root.resolve("link-out.png"), folder.resolve("secret.png"));
    Files.createSymbolicLink(root.resolve("linked-folder"), twin);

    ImageException failure = failure(reference);

    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_OUTSIDE_FOLDER);
    assertThat(failure).hasMessageContaining(reference);
  }

  @Test
  void followsLinksThatStayInside() throws Exception {
    Files.write(root.resolve("a.png"), PICTURE);
    Files.createSymbolicLink(root.resolve("link.png"), Path.of("a.png"));
    Path other = Files.createSymbolicLink(folder.resolve("linked-root"), root);
    assertThat(loader.load(new ImageSource.File(root, "link.png")).height()).isEqualTo(47);
    assertThat(loader.load(new ImageSource.File(other, "link.png")).height()).isEqualTo(47);
  }

  @Test
  void tellsWhatIsWrongWithAFile() throws Exception {
    Files.createDirectory(root.resolve("folder.png"));
    Files.createSymbolicLink(root.resolve("dangling.png"), Path.of("nowhere.png"));
    Files.writeString(root.resolve("text.jpg"), "not a picture");
    Files.createSymbolicLink(root.resolve("loop.png"), Path.of("loop.png"));

    assertThat(failure("missing.png").code()).isEqualTo(ImageErrorCode.IMAGE_NOT_FOUND);
    assertThat(failure("missing/a.png").code()).isEqualTo(ImageErrorCode.IMAGE_NOT_FOUND);
    assertThat(failure("dangling.png").code()).isEqualTo(ImageErrorCode.IMAGE_NOT_FOUND);
    assertThat(failure("folder.png").code()).isEqualTo(ImageErrorCode.IMAGE_UNREADABLE);
    assertThat(failure("loop.png").code()).isEqualTo(ImageErrorCode.IMAGE_UNREADABLE);
    assertThat(failure("text.jpg").code()).isEqualTo(ImageErrorCode.IMAGE_FORMAT);
    assertThat(failure("nul\0.png").code()).isEqualTo(ImageErrorCode.IMAGE_REFERENCE);
    assertThat(failure("missing.png"))
        .hasMessageStartingWith("missing.png not found below " + root)
        .hasMessageNotContaining("\n");
  }

  @Test
  void opensAbsolutePathsBelowTheFolderAndBelowWhatItLinksTo() throws Exception {
    Files.write(root.resolve("a.png"), PICTURE);
    Path link = Files.createSymbolicLink(folder.resolve("link"), root);
    for (Path images : new Path[] {root, link}) {
      for (Path absolute : new Path[] {images.resolve("a.png"), root.resolve("./x/../a.png")}) {
        assertThat(loader.load(new ImageSource.File(images, absolute.toString())).width())
            .isEqualTo(61);
      }
    }
    assertThat(failure(link.resolve("a.png").toString()).code())
        .isEqualTo(ImageErrorCode.IMAGE_OUTSIDE_FOLDER);
  }

  @Test
  void followsLinksOutOfTheFolderOnlyWhenTold() throws Exception {
    Files.write(folder.resolve("a.png"), PICTURE);
    Files.createSymbolicLink(root.resolve("link.png"), folder.resolve("a.png"));
    FetchSettings defaults = FetchSettings.defaults();
    ImageLoader following =
        new ImageLoader(
            ImageLimits.defaults(),
            new FetchSettings(
                true, defaults.addresses(), defaults.proxies(), 1, 1, defaults.patience()));

    assertThat(following.load(ImageSource.parse("link.png", root)).width()).isEqualTo(61);
    assertThat(failure("link.png")).hasMessageContaining("--follow-links");
    ImageException climbing =
        catchThrowableOfType(
            ImageException.class, () -> following.load(ImageSource.parse("../a.png", root)));
    assertThat(climbing.code()).isEqualTo(ImageErrorCode.IMAGE_OUTSIDE_FOLDER);
  }

  @Test
  void whatIsReadIsWhatWasJudgedWhileALinkIsSwapped() throws Exception {
    byte[] inside = {1};
    byte[] secret = {2};
    Path own = Files.write(root.resolve("own"), inside);
    Path foreign = Files.write(folder.resolve("secret"), secret);
    Path link = Files.createSymbolicLink(root.resolve("link"), own);
    AtomicBoolean ended = new AtomicBoolean();
    CompletableFuture<Void> swapping =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; !ended.get(); i++) {
                swap(link, i % 2 == 0 ? foreign : own);
              }
            });
    FileFetcher fetcher = new FileFetcher(10, false);
    int read = 0;
    int refused = 0;
    long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
    while (System.nanoTime() < end) {
      try {
        assertThat(fetcher.fetch(new ImageSource.File(root, "link"))).isEqualTo(inside);
        read++;
      } catch (ImageException e) {
        assertThat(e.code()).isEqualTo(ImageErrorCode.IMAGE_OUTSIDE_FOLDER);
        refused++;
      }
    }
    ended.set(true);
    swapping.get();
    assertThat(read).isPositive();
    assertThat(refused).isPositive();
  }

  private void swap(Path link, Path target) {
    try {
      Path next = Files.createSymbolicLink(folder.resolve("next"), target);
      Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void doesNotWaitForAPipe() throws Exception {
    Process made = new ProcessBuilder("mkfifo", root.resolve("pipe.png").toString()).start();
    assertThat(made.waitFor()).isZero();
    assertThat(failure("pipe.png").code()).isEqualTo(ImageErrorCode.IMAGE_UNREADABLE);
  }

  @Test
  void aFolderThatIsAwayAsAWholeMayComeBack() throws Exception {
    for (int i = 0; i < 2; i++) {
      ImageException failure = failure("a.png");
      assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_NOT_FOUND);
      assertThat(failure.isTransient()).isTrue();
      assertThat(failure).hasMessageContaining("missing or empty as a whole");
      Files.deleteIfExists(root);
    }
  }

  @Test
  void saysWhenAFileMayNotBeRead() throws Exception {
    Path file = Files.write(root.resolve("a.png"), PICTURE);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    assumeThat(Files.isReadable(file)).as("root may read everything").isFalse();
    assertThat(failure("a.png").code()).isEqualTo(ImageErrorCode.IMAGE_UNREADABLE);
  }

  @Test
  void holdsTheByteLimitForEverySource() throws Exception {
    Files.write(root.resolve("a.png"), PICTURE);
    ImageSource file = new ImageSource.File(root, "a.png");
    ImageSource bytes = new ImageSource.Bytes(PICTURE, "a");
    ImageSource data = new ImageSource.DataUri(dataUri(PICTURE));
    ImageLoader exact = new ImageLoader(limits(PICTURE.length));
    ImageLoader tooSmall = new ImageLoader(limits(PICTURE.length - 1));
    for (ImageSource source : new ImageSource[] {file, bytes, data}) {
      assertThat(exact.load(source).width()).isEqualTo(61);
      ImageException failure =
          catchThrowableOfType(ImageException.class, () -> tooSmall.load(source));
      assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_TOO_LARGE);
      assertThat(failure).hasMessageContaining("the limit is " + (PICTURE.length - 1));
    }
  }

  private static ImageLimits limits(int maxBytes) {
    return new ImageLimits(maxBytes, 1 << 20, Duration.ofSeconds(1), Duration.ofSeconds(1), 0);
  }

  @Test
  void readsDataUris() throws Exception {
    String base64 = dataUri(PICTURE);
    StringBuilder percent = new StringBuilder("data:image/png,");
    for (byte b : PICTURE) {
      percent.append(String.format("%%%02x", b));
    }
    String[] uris = {
      base64,
      base64.replace("image/png;base64", "image/png;name=a.png;BASE64"),
      base64.replace("image/png;", ";"),
      base64.replace("+", "%2B").replace("/", "%2f").replace("image%2f", "image/"),
      base64.replaceFirst("=+$", ""),
      percent.toString()
    };
    for (String uri : uris) {
      assertThat(loader.load(ImageSource.parse(uri, root)).rgb())
          .isEqualTo(TestImages.decode(PICTURE).rgb());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data:image/png;base64 | no comma",
        "data:image/png;base64, | holds no data",
        "data:, | holds no data",
        "data:image/png;base64,iVBOR*0K | base64 is broken",
        "data:image/png;base64,iVBOR | base64 is broken",
        "data:image/png,%4 | percent sign",
        "data:image/png,%zz | percent sign"
      })
  void namesTheDefectOfADataUri(String uri, String defect) {
    ImageException failure = failure(uri);
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_REFERENCE);
    assertThat(failure).hasMessageContaining(defect);
  }

  @Test
  void refusesADataUriThatHoldsNoImage() {
    String text = Base64.getEncoder().encodeToString("hello".getBytes(StandardCharsets.UTF_8));
    assertThat(failure("data:image/png;base64," + text).code())
        .isEqualTo(ImageErrorCode.IMAGE_FORMAT);
  }

  @Test
  void failuresOfFilesArePermanent() throws IOException {
    Files.write(root.resolve("other.png"), PICTURE);
    assertThat(failure("missing.png").isTransient()).isFalse();
  }

  private static String dataUri(byte[] data) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(data);
  }

  private ImageException failure(String reference) {
    return catchThrowableOfType(
        ImageException.class, () -> loader.load(ImageSource.parse(reference, root)));
  }
}
