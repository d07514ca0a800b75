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
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobSettings;
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

  @Test
  void anImageIsLoadedOnceHoweverManyThreadsWantIt() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    CountDownLatch allThere = new CountDownLatch(4);
    Callable<Pixels> want =
        () -> {
          allThere.countDown();
          allThere.await();
          return pixels(job("/a", "one"), this::load);
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
    assertThat(pixels(job("/a", "one"), this::load))
        .isNotSameAs(pixels(job("/b", "one"), this::load));
  }

  @Test
  void anImageThatFailsFailsForAllItsQuestionsAndIsTriedOnce() {
    ImageMemo.Load missing =
        arrived -> {
          loads.incrementAndGet();
          new ImageLoader(ImageLimits.defaults())
              .load(new ImageSource.Bytes(new byte[] {1, 2, 3}, "nonsense"));
          throw new AssertionError("it has no format");
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
    first.add(pixels(job("/a", "first"), this::load));
    for (int i = 0; i < 40; i++) {
      pixels(job("/a", "other" + i), this::load);
    }
    first.add(pixels(job("/a", "first"), this::load));

    assertThat(first.get(1)).isNotSameAs(first.get(0));
    assertThat(loads).hasValue(42);
  }

  @Test
  void anImageThatIsPutOffIsFetchedAnew() throws Exception {
    Availability availability = new Availability(3, Duration.ofMinutes(1), notice -> {});
    ImageSource source = new ImageSource.File(Path.of("/a"), "one");
    ImageMemo.Load later =
        arrived -> {
          loads.incrementAndGet();
          throw availability.judged(
              source, ImageException.transientError(ImageErrorCode.IMAGE_UNREADABLE, "no", null));
        };
    assertThatThrownBy(() -> pixels(job("/a", "one"), later)).isInstanceOf(PutOffException.class);
    assertThat(pixels(job("/a", "one"), this::load)).isNotNull();
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
            this::load);
    ImageMemo.Image second =
        memo.image(job("/a", "http://h/one"), job -> new CompletableFuture<>(), this::load);

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
        this::load);
    assertThat(downloads).as("nobody had made pixels of it").hasValue(2);
  }

  private Pixels pixels(StoredJob job, ImageMemo.Load load) throws Exception {
    ImageMemo.Image image =
        memo.image(job, any -> CompletableFuture.completedFuture(Optional.empty()), load);
    try {
      return image.pixels();
    } finally {
      image.release();
    }
  }

  private Pixels load(Optional<ImageLoader.Arrived> arrived) {
    loads.incrementAndGet();
    return new Pixels(1, new byte[3]);
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
