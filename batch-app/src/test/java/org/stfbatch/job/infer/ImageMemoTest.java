package org.stfbatch.job.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.stfbatch.base.Digests;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.ShardRange;
import org.stfbatch.db.StoredJob;
import org.stfbatch.image.Availability;
import org.stfbatch.image.ImageErrorCode;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageSource;
import org.stfbatch.image.Pixels;
import org.stfbatch.image.PutOffException;

class ImageMemoTest {
  private final AtomicInteger loads = new AtomicInteger();
  private final ImageMemo memo = new ImageMemo();
  private final ImageLoader loader = new ImageLoader(ImageLimits.defaults());

  @Test
  void anImageIsLoadedOnceHoweverManyThreadsWantIt() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    CountDownLatch allThere = new CountDownLatch(4);
    Callable<Pixels> want =
        () -> {
          allThere.countDown();
          allThere.await();
          return pixels(job("/a", "one"), new Loading());
        };
    List<Future<Pixels>> wanted = threads.invokeAll(List.of(want, want, want, want));
    threads.shutdown();

    assertThat(loads).hasValue(1);
    for (Future<Pixels> pixels : wanted) {
      assertThat(pixels.get()).isSameAs(wanted.get(0).get());
    }
  }

  @Test
  void imagesOfOneNameInTwoFoldersAreTwo() throws Exception {
    assertThat(pixels(job("/a", "one"), new Loading()))
        .isNotSameAs(pixels(job("/b", "one"), new Loading()));
  }

  @Test
  void membersOfOneNameInTwoShardsAreTwoImages() throws Exception {
    StoredJob member = memberOf("http://h/part.tar?v=1", 512);

    assertThat(pixels(member, new Loading()))
        .isNotSameAs(pixels(memberOf("http://h/part.tar?v=2", 512), new Loading()))
        .isNotSameAs(pixels(memberOf("http://h/part.tar?v=1", 2048), new Loading()))
        .isSameAs(pixels(memberOf("http://h/part.tar?v=1", 512), new Loading()));
  }

  @Test
  void anImageThatFailsFailsForAllItsQuestionsAndIsTriedOnce() {
    Loading missing =
        new Loading() {
          @Override
          public Pixels decode(ImageLoader.Arrived arrived)
              throws ImageException, InterruptedException {
            loads.incrementAndGet();
            loader.load(new ImageSource.Bytes(new byte[] {1, 2, 3}, "nonsense"));
            throw new AssertionError("it has no format");
          }
        };
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> pixels(job("/a", "one"), missing))
          .isInstanceOfSatisfying(
              ImageException.class,
              e -> assertThat(e.code()).isEqualTo(ImageErrorCode.IMAGE_FORMAT));
    }
    assertThat(loads).hasValue(1);
  }

  @Test
  void onlyTheLastFewAreKept() throws Exception {
    List<Pixels> first = new ArrayList<>();
    first.add(pixels(job("/a", "first"), new Loading()));
    for (int i = 0; i < 40; i++) {
      pixels(job("/a", "other" + i), new Loading());
    }
    first.add(pixels(job("/a", "first"), new Loading()));

    assertThat(first.get(1)).isNotSameAs(first.get(0));
    assertThat(loads).hasValue(42);
  }

  @Test
  void anImageThatIsPutOffIsFetchedAnew() throws Exception {
    Availability availability = new Availability(3, Duration.ofMinutes(1), notice -> {});
    ImageSource source = new ImageSource.File(Path.of("/a"), "one");
    Loading later =
        new Loading() {
          @Override
          public ImageLoader.Arrived read(Optional<ImageLoader.Arrived> download)
              throws ImageException, PutOffException {
            loads.incrementAndGet();
            throw availability.judged(
                source, ImageException.transientError(ImageErrorCode.IMAGE_UNREADABLE, "no", null));
          }
        };
    assertThatThrownBy(() -> pixels(job("/a", "one"), later)).isInstanceOf(PutOffException.class);
    assertThat(pixels(job("/a", "one"), new Loading())).isNotNull();
    assertThat(loads).hasValue(2);
  }

  @Test
  void questionsOfOneImageShareItsDownload() {
    AtomicInteger downloads = new AtomicInteger();
    CompletableFuture<Optional<ImageLoader.Arrived>> pending = new CompletableFuture<>();
    ImageMemo.Image first =
        memo.image(
            job("/a", "http://h/one"),
            job -> {
              downloads.incrementAndGet();
              return pending;
            },
            new Loading());
    ImageMemo.Image second =
        memo.image(job("/a", "http://h/one"), job -> new CompletableFuture<>(), new Loading());

    assertThat(second).isSameAs(first);
    assertThat(downloads).hasValue(1);
    first.release();
    second.release();
    memo.image(
        job("/a", "http://h/one"),
        job -> {
          downloads.incrementAndGet();
          return pending;
        },
        new Loading());
    assertThat(downloads).as("nobody had made pixels of it").hasValue(2);
  }

  @Test
  void anImageIsReadButNotDecodedForItsHash() throws Exception {
    AtomicInteger reads = new AtomicInteger();
    Loading reading =
        new Loading() {
          @Override
          public ImageLoader.Arrived read(Optional<ImageLoader.Arrived> download)
              throws ImageException, PutOffException, InterruptedException {
            reads.incrementAndGet();
            return super.read(download);
          }
        };
    ImageMemo.Image image =
        memo.image(
            job("/a", "one"), any -> CompletableFuture.completedFuture(Optional.empty()), reading);

    assertThat(image.hash()).isEqualTo(Digests.sha256().digest(Loading.DATA));
    assertThat(loads).hasValue(0);
    assertThat(image.pixels()).isNotNull();
    assertThat(image.hash()).isSameAs(image.hash());
    assertThat(loads).hasValue(1);
    assertThat(reads).hasValue(1);
  }

  private Pixels pixels(StoredJob job, ImageMemo.Loading load) throws Exception {
    ImageMemo.Image image =
        memo.image(job, any -> CompletableFuture.completedFuture(Optional.empty()), load);
    try {
      return image.pixels();
    } finally {
      image.release();
    }
  }

  /** Counts how often images are decoded. */
  private class Loading implements ImageMemo.Loading {
    static final byte[] DATA = {1, 2, 3};

    @Override
    public ImageLoader.Arrived read(Optional<ImageLoader.Arrived> download)
        throws ImageException, PutOffException, InterruptedException {
      return loader.fetch(new ImageSource.Bytes(DATA, "bytes"));
    }

    @Override
    public byte[] hash(ImageLoader.Arrived arrived) {
      return loader.sha256(arrived);
    }

    @Override
    public Pixels decode(ImageLoader.Arrived arrived) throws ImageException, InterruptedException {
      loads.incrementAndGet();
      return new Pixels(1, new byte[3]);
    }
  }

  private static StoredJob memberOf(String shard, long offset) {
    return new StoredJob(
        1,
        1,
        "job",
        "key",
        Optional.of("http://h/part.tar"),
        ImagePrompt.about("1.jpg", ""),
        JobSettings.DEFAULTS,
        false,
        Optional.of(new ShardRange(shard, offset, 3)));
  }

  private static StoredJob job(String folder, String image) {
    return new StoredJob(
        1,
        1,
        "job",
        image,
        Optional.of(folder),
        ImagePrompt.about(image, ""),
        JobSettings.DEFAULTS);
  }
}
