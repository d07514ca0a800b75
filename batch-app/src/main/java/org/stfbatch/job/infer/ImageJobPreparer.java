package org.stfbatch.job.infer;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.stfbatch.db.ReusableAnswer;
import org.stfbatch.db.ReuseKey;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.engine.Failure;
import org.stfbatch.engine.Stage;
import org.stfbatch.engine.Task;
import org.stfbatch.image.Availability;
import org.stfbatch.image.ClipImageProcessor;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.image.ImageSource;
import org.stfbatch.image.LoadStatistics;
import org.stfbatch.image.Pixels;
import org.stfbatch.image.PutOffException;
import org.stfbatch.image.RgbImage;
import org.stfbatch.job.ShardImages;

/** Prepares jobs for LLaVA: loads and resizes images, and tokenizes prompts. Thread safe. */
final class ImageJobPreparer implements JobPreparer {
  private static final double NANOS = 1e9;

  private final ImageRetrieval images;
  private final ClipImageProcessor processor;
  private final PromptPreparer prompts;
  private final AnswerReuse reuse;
  private final ImageMemo memo = new ImageMemo();
  private final LongAdder resizeNanos = new LongAdder();

  /**
   * @param reuse computes keys and finds stored answers
   */
  ImageJobPreparer(
      ImageRetrieval images,
      ClipImageProcessor processor,
      PromptPreparer prompts,
      AnswerReuse reuse) {
    this.images = images;
    this.processor = processor;
    this.prompts = prompts;
    this.reuse = reuse;
  }

  @Override
  public EngineJob prepare(StoredJob job)
      throws PreparationException, PutOffException, InterruptedException {
    try {
      PreparedJob prepared = fetch(job).get().prepare();
      if (prepared instanceof PreparedJob.ToAnswer toAnswer) {
        return toAnswer.job();
      }
      throw new IllegalStateException("job %s is answered already".formatted(job.customId()));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PutOffException later) {
        throw later;
      }
      throw new IllegalStateException("a job could not be fetched", e.getCause());
    }
  }

  @Override
  public CompletableFuture<Fetched> fetch(StoredJob job) {
    if (job.prompt().image().isEmpty()) {
      return CompletableFuture.completedFuture(
          () -> prepared(prompts.promptIds(job), prompts.task(job), List.of(), List::of));
    }
    ImageMemo.Image image = memo.image(job, this::download, new Loading(job));
    Fetched rest = () -> prepare(job, image);
    if (image.download().isDone() && !image.download().isCompletedExceptionally()) {
      return CompletableFuture.completedFuture(rest);
    }
    return image
        .download()
        .handle((arrived, error) -> fetched(image, rest, error))
        .thenCompose(f -> f);
  }

  /**
   * Maps the end of a download to the rest of the preparation. A permanent error is thrown when the
   * job is prepared.
   */
  private CompletableFuture<Fetched> fetched(ImageMemo.Image image, Fetched rest, Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof PutOffException) {
      memo.forget(image);
      return CompletableFuture.failedFuture(cause);
    }
    if (cause instanceof CancellationException) {
      return CompletableFuture.failedFuture(cause);
    }
    return CompletableFuture.completedFuture(cause == null ? rest : () -> failing(cause));
  }

  private PreparedJob failing(Throwable error) throws PreparationException {
    if (error instanceof ImageException image) {
      throw failure(image);
    }
    throw new IllegalStateException("an image could not be downloaded", error);
  }

  private PreparedJob prepare(StoredJob job, ImageMemo.Image image)
      throws PreparationException, PutOffException, InterruptedException {
    try {
      int[] promptIds = prompts.promptIds(job);
      byte[] hash = image.hash();
      return prepared(promptIds, prompts.task(job), List.of(hash), () -> List.of(image.pixels()));
    } catch (ImageException e) {
      throw failure(e);
    } finally {
      image.release();
    }
  }

  /** The pixels of a job's images, which are not made if its answer is reused. */
  @FunctionalInterface
  private interface Images {
    List<Pixels> decoded() throws ImageException, PutOffException, InterruptedException;
  }

  /**
   * @param hashes of the image files
   */
  private PreparedJob prepared(int[] promptIds, Task task, List<byte[]> hashes, Images pixels)
      throws PreparationException, PutOffException, InterruptedException {
    Optional<ReuseKey> key = reuse.key(promptIds, hashes, task);
    Optional<ReusableAnswer> known = key.flatMap(reuse::find);
    if (known.isPresent()) {
      return new PreparedJob.Answered(known.get());
    }
    try {
      return new PreparedJob.ToAnswer(new EngineJob(promptIds, pixels.decoded(), task), key);
    } catch (ImageException e) {
      throw failure(e);
    }
  }

  @Override
  public String host(StoredJob job) {
    if (job.shard().isPresent()) {
      return ImageSource.hostOf(job.shard().get().shard(), "");
    }
    String root = job.imageRoot().orElse("");
    return job.prompt().image().map(image -> ImageSource.hostOf(image, root)).orElse("");
  }

  @Override
  public boolean admits(StoredJob job) {
    if (images.availability().isUntroubled() || job.prompt().image().isEmpty()) {
      return true;
    }
    try {
      return images.availability().admits(source(job));
    } catch (ImageException e) {
      return true;
    }
  }

  @Override
  public Parallel parallel() {
    return images.parallel();
  }

  @Override
  public Availability.Outlook outlook() {
    return images.availability().outlook();
  }

  @Override
  public void neverGiveUp() {
    images.availability().neverGiveUp();
  }

  @Override
  public void cancel() {
    images.loader().cancelDownloads();
    memo.clear();
  }

  private PreparationException failure(ImageException e) {
    int attempts = e.isTransient() ? images.attempts() : 1;
    return new PreparationException(
        new Failure(Stage.IMAGE, e.code().name(), e.getMessage(), attempts), e);
  }

  private static ImageSource source(StoredJob job) throws ImageException {
    String reference = job.prompt().image().orElseThrow();
    if (job.shard().isPresent()) {
      return ShardImages.source(reference, job.shard().get());
    }
    ImageRoot root = ImageRoot.parse(job.imageRoot().orElse(""));
    return ImageSource.parse(reference, root, job.fromOutside());
  }

  /**
   * Starts the download; completes with empty if the image is not downloaded but read when the job
   * is prepared.
   */
  private CompletableFuture<Optional<ImageLoader.Arrived>> download(StoredJob job) {
    try {
      if (host(job).isEmpty() || !(source(job) instanceof ImageSource.Remote remote)) {
        return CompletableFuture.completedFuture(Optional.empty());
      }
      return images
          .loader()
          .download(remote)
          .handle((arrived, error) -> downloaded(remote, arrived, error))
          .thenCompose(result -> result);
    } catch (ImageException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<Optional<ImageLoader.Arrived>> downloaded(
      ImageSource.Remote source, ImageLoader.Arrived arrived, Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause == null) {
      images.availability().answered(source);
      return CompletableFuture.completedFuture(Optional.of(arrived));
    }
    try {
      return CompletableFuture.failedFuture(
          cause instanceof ImageException image
              ? images.availability().judged(source, image)
              : cause);
    } catch (PutOffException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Reads and decodes the image of a job, or its download. */
  private final class Loading implements ImageMemo.Loading {
    private final StoredJob job;

    Loading(StoredJob job) {
      this.job = job;
    }

    @Override
    public ImageLoader.Arrived read(Optional<ImageLoader.Arrived> download)
        throws ImageException, PutOffException, InterruptedException {
      if (download.isPresent()) {
        return download.get();
      }
      ImageSource source = source(job);
      try {
        ImageLoader.Arrived arrived = images.loader().fetch(source);
        images.availability().answered(source);
        return arrived;
      } catch (ImageException e) {
        throw images.availability().judged(source, e);
      }
    }

    @Override
    public byte[] hash(ImageLoader.Arrived arrived) {
      return images.loader().sha256(arrived);
    }

    @Override
    public Pixels decode(ImageLoader.Arrived arrived) throws ImageException, InterruptedException {
      return images.loader().decode(arrived, ImageJobPreparer.this::resized);
    }
  }

  private Pixels resized(RgbImage image) {
    long started = System.nanoTime();
    Pixels pixels = processor.process(image);
    resizeNanos.add(System.nanoTime() - started);
    return pixels;
  }

  @Override
  public LoadStatistics statistics() {
    return images
        .loader()
        .statistics()
        .plusDecoding(resizeNanos.sum() / NANOS)
        .plusRetries(images.availability().putOffs());
  }
}
