package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.stfbatch.base.ExponentialBackoff;

/**
 * Retry state of images and their origins (hosts and folders) after transient failures: exponential
 * backoff with jitter for each image, a {@link CircuitBreaker} for each origin. An image that keeps
 * failing while its origin serves others fails after its attempts; while an origin fails every
 * image, only probes are sent and its images lose no attempts. Thread safe; costs almost nothing
 * while nothing has failed.
 */
public final class Availability {
  /** An attempt that a server put off with Retry-After counts as this fraction of an attempt. */
  private static final int PUT_OFF_TRIES = 5;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final int tries;
  private final Duration patience;
  private final ExponentialBackoff backoff;
  private final LongSupplier nanoTime;
  private final Consumer<String> notices;
  private final Map<ImageSource, Trouble> troubles = new HashMap<>();
  private final Map<Origin, CircuitBreaker> breakers = new HashMap<>();
  private volatile boolean untroubled = true;
  private final LongAdder putOffs = new LongAdder();
  private boolean withoutEnd;

  /** The failures of one image. */
  private static final class Trouble {
    private int failures;
    private int putOff;
    private long failedAt;
    private long notBefore;

    /** Whether it failed again after its origin had served another image. */
    private boolean suspect;
  }

  /**
   * When the images that were put off can be requested again.
   *
   * @param nextTry time from now; empty if no request is pending
   * @param away hosts and folders that have been unavailable for longer than the patience
   */
  public record Outlook(Optional<Duration> nextTry, SortedSet<String> away) {
    /** No image was put off. */
    public static final Outlook CLEAR = new Outlook(Optional.empty(), new TreeSet<>());
  }

  /**
   * @param tries attempts of one image, the first included
   * @param patience how long to probe an origin that fails every image
   * @param notices receives messages for users
   */
  public Availability(int tries, Duration patience, Consumer<String> notices) {
    this(
        tries,
        patience,
        ExponentialBackoff.withJitter(FIRST_PAUSE, LONGEST_PAUSE),
        System::nanoTime,
        notices);
  }

  Availability(
      int tries,
      Duration patience,
      ExponentialBackoff backoff,
      LongSupplier nanoTime,
      Consumer<String> notices) {
    this.tries = tries;
    this.patience = requireNonNull(patience, "patience is null");
    this.backoff = requireNonNull(backoff, "backoff is null");
    this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
    this.notices = requireNonNull(notices, "notices is null");
  }

  /** Makes probing endless, for work that has no end of its own. */
  public synchronized void neverGiveUp() {
    withoutEnd = true;
    breakers.values().forEach(CircuitBreaker::neverGiveUp);
  }

  /**
   * Returns whether an image may be requested now. After true, the caller must request it and
   * report the result here.
   */
  public boolean admits(ImageSource image) {
    return untroubled || admitsTroubled(image);
  }

  /** Returns whether no failure is recorded, so that every image may be requested. */
  public boolean isUntroubled() {
    return untroubled;
  }

  private synchronized boolean admitsTroubled(ImageSource image) {
    long now = nanoTime.getAsLong();
    Optional<CircuitBreaker> breaker = Origin.of(image).map(breakers::get);
    Trouble trouble = troubles.get(image);
    if (trouble != null && now - notBefore(trouble, breaker) < 0) {
      return false;
    }
    boolean suspect = trouble != null && trouble.suspect;
    return breaker.isEmpty() || breaker.get().admits(image, suspect, now);
  }

  /** An image that failed before its origin recovered may be requested again at once. */
  private static long notBefore(Trouble trouble, Optional<CircuitBreaker> breaker) {
    boolean old =
        breaker.isPresent()
            && !trouble.suspect
            && trouble.failedAt - breaker.get().recoveredAt() <= 0;
    return old ? trouble.failedAt : trouble.notBefore;
  }

  /** Records that the image arrived, or that its origin refused it permanently. */
  public void answered(ImageSource image) {
    if (!untroubled) {
      answeredTroubled(image);
    }
  }

  private synchronized void answeredTroubled(ImageSource image) {
    troubles.remove(image);
    Optional<Origin> origin = Origin.of(image);
    CircuitBreaker breaker = origin.map(breakers::get).orElse(null);
    if (breaker != null) {
      breaker
          .answered(nanoTime.getAsLong())
          .ifPresent(
              away ->
                  notices.accept(
                      "images of %s arrive again after %s: going on"
                          .formatted(origin.get().name(), text(away))));
    }
  }

  /**
   * Records that the image did not arrive.
   *
   * @return the permanent error of the image
   * @throws PutOffException if the image is to be requested again later
   */
  public ImageException judged(ImageSource image, ImageException error) throws PutOffException {
    if (!error.isTransient()) {
      if (error.code() != ImageErrorCode.IMAGE_ADDRESS) {
        answered(image);
      }
      return error;
    }
    return failed(image, error).orElseThrow(() -> new PutOffException(error));
  }

  /**
   * Records a transient failure of the image.
   *
   * @return the permanent error, if no attempt is left; empty if the image is to be requested again
   */
  synchronized Optional<ImageException> failed(ImageSource image, ImageException error) {
    untroubled = false;
    long now = nanoTime.getAsLong();
    boolean again = troubles.containsKey(image);
    Trouble trouble = troubles.computeIfAbsent(image, any -> new Trouble());
    trouble.suspect |= again && hasAnsweredSince(image, trouble.failedAt);
    boolean away =
        Origin.of(image).map(origin -> failed(origin, image, trouble, error, now)).orElse(false);
    if (!away) {
      trouble.failures += error.retryAfter().isPresent() ? 0 : 1;
      trouble.putOff += error.retryAfter().isPresent() ? 1 : 0;
    }
    if (trouble.failures + trouble.putOff / PUT_OFF_TRIES >= tries) {
      troubles.remove(image);
      int asked = trouble.failures + trouble.putOff;
      return Optional.of(
          ImageException.transientError(
              error.code(), error.getMessage() + " (tried " + asked + "x)", error));
    }
    putOffs.increment();
    trouble.failedAt = now;
    int failures = Math.max(1, trouble.failures + trouble.putOff);
    trouble.notBefore = now + backoff.pause(failures).toNanos();
    return Optional.empty();
  }

  private boolean hasAnsweredSince(ImageSource image, long time) {
    return Origin.of(image)
        .map(breakers::get)
        .filter(breaker -> time - breaker.answeredAt() <= 0)
        .isPresent();
  }

  /**
   * Updates the origin's circuit breaker and returns whether it is open. A suspect image does not
   * count against its origin.
   */
  private boolean failed(
      Origin origin, ImageSource image, Trouble trouble, ImageException error, long now) {
    CircuitBreaker breaker =
        breakers.computeIfAbsent(origin, any -> new CircuitBreaker(backoff, patience, now));
    if (withoutEnd) {
      breaker.neverGiveUp();
    }
    if (trouble.suspect && !breaker.isOpen() && error.retryAfter().isEmpty()) {
      return false;
    }
    if (breaker.failed(image, error.retryAfter(), now)) {
      notices.accept(
          "images of %s do not arrive: waiting%s, other jobs go on (%s)"
              .formatted(
                  origin.name(),
                  withoutEnd ? "" : " for up to " + text(patience),
                  error.getMessage()));
    }
    return breaker.isOpen();
  }

  /** Returns how often images were put off so far. */
  public long putOffs() {
    return putOffs.sum();
  }

  /** Returns when to request again, and which origins are unavailable. */
  public synchronized Outlook outlook() {
    if (untroubled) {
      return Outlook.CLEAR;
    }
    long now = nanoTime.getAsLong();
    long soonest = Long.MAX_VALUE;
    TreeSet<String> away = new TreeSet<>();
    for (Map.Entry<ImageSource, Trouble> entry : troubles.entrySet()) {
      Optional<CircuitBreaker> breaker = Origin.of(entry.getKey()).map(breakers::get);
      long wait = notBefore(entry.getValue(), breaker) - now;
      long gate = breaker.map(one -> wait(one, now)).orElse(0L);
      soonest = Math.min(soonest, Math.max(wait, gate));
    }
    for (Map.Entry<Origin, CircuitBreaker> entry : breakers.entrySet()) {
      if (entry.getValue().isHolding(now)) {
        soonest = Math.min(soonest, wait(entry.getValue(), now));
      }
      if (entry.getValue().isGivenUp(now)) {
        away.add(entry.getKey().name());
      }
    }
    Optional<Duration> next =
        soonest == Long.MAX_VALUE
            ? Optional.empty()
            : Optional.of(Duration.ofNanos(Math.max(0, soonest)));
    return new Outlook(next, away);
  }

  private static long wait(CircuitBreaker breaker, long now) {
    return breaker.nextTry(now).isPresent()
        ? Math.max(0, breaker.nextTry(now).getAsLong() - now)
        : Long.MAX_VALUE;
  }

  private static String text(Duration time) {
    long seconds = time.toSeconds();
    return seconds >= 120 && seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
  }
}
