package org.stfbatch.image;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.stfbatch.base.ExponentialBackoff;

/**
 * Circuit breaker of one origin. Opens when three different images fail in a row, or when a
 * Retry-After is too long. While it is open, a few images pass as probes, at growing intervals;
 * images that were not yet a probe go first, so that images with a permanent defect are not the
 * only probes. A probe that arrives, or is refused permanently, closes it. Times are nanoseconds of
 * one clock. For one thread at a time.
 */
final class CircuitBreaker {
  /** A longer Retry-After opens the breaker. */
  static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);

  private static final int FAILING_IMAGES = 3;

  /**
   * The number of probes grows with the interval, so that the origin gets about one request a
   * second.
   */
  private static final int MOST_PROBES = 8;

  /** For this time after a probe is due, images that were not yet a probe go first. */
  private static final Duration PRECEDENCE = Duration.ofSeconds(1);

  private final ExponentialBackoff backoff;
  private final long patienceNanos;
  private boolean endless;
  private final Set<ImageSource> failing = new HashSet<>();
  private boolean open;
  private boolean notified;
  private final Set<ImageSource> probed = new HashSet<>();
  private int probesLeft;
  private int rounds;
  private long awaySince;
  private long nextTry;
  private long recoveredAt;
  private long answeredAt;

  /**
   * @param patience how long it may be open; zero never opens it
   */
  CircuitBreaker(ExponentialBackoff backoff, Duration patience, long now) {
    this.backoff = backoff;
    this.patienceNanos = patience.toNanos();
    this.nextTry = now;
    this.recoveredAt = now - 1;
    this.answeredAt = now - 1;
  }

  /**
   * Returns whether an image may be requested now; while open, the request is a probe.
   *
   * @param suspect whether the image failed although the origin serves others
   */
  boolean admits(ImageSource image, boolean suspect, long now) {
    if (isGivenUp(now)) {
      return false;
    }
    return open ? admitsProbe(image, suspect, now) : now - nextTry >= 0;
  }

  private boolean admitsProbe(ImageSource image, boolean suspect, long now) {
    boolean hasLowPriority = suspect || probed.contains(image);
    if (now - nextTry >= (hasLowPriority ? PRECEDENCE.toNanos() : 0)) {
      rounds++;
      probesLeft = Math.min(MOST_PROBES, 1 << Math.min(rounds - 1, MOST_PROBES));
      nextTry = now + backoff.pause(rounds + 1).toNanos();
    } else if (hasLowPriority) {
      return false;
    }
    if (probesLeft == 0) {
      return false;
    }
    probesLeft--;
    probed.add(image);
    return true;
  }

  /** Makes probing endless. */
  void neverGiveUp() {
    endless = true;
  }

  boolean isOpen() {
    return open;
  }

  /** Returns whether it has been open for longer than the patience. */
  boolean isGivenUp(long now) {
    return open && !endless && now - awaySince > patienceNanos;
  }

  /** Returns when an image may be requested again; empty if never. */
  OptionalLong nextTry(long now) {
    if (isGivenUp(now)) {
      return OptionalLong.empty();
    }
    boolean probesRemain = open && now - nextTry >= 0;
    return OptionalLong.of(probesRemain ? nextTry + PRECEDENCE.toNanos() : nextTry);
  }

  /** Returns whether it delays any request now. */
  boolean isHolding(long now) {
    return open || now - nextTry < 0;
  }

  /** Returns when it last closed; earlier failures no longer count. */
  long recoveredAt() {
    return recoveredAt;
  }

  /** Returns when the origin last served an image. */
  long answeredAt() {
    return answeredAt;
  }

  /**
   * Records a transient failure of an image.
   *
   * @param retryAfter pause that the origin asks for
   * @return whether it has been open for long enough to notify users; true once
   */
  boolean failed(ImageSource image, Optional<Duration> retryAfter, long now) {
    if (failing.isEmpty()) {
      awaySince = now;
    }
    if (failing.size() < FAILING_IMAGES) {
      failing.add(image);
    }
    boolean tooLong = retryAfter.filter(p -> p.compareTo(LONGEST_RETRY_AFTER) > 0).isPresent();
    if (patienceNanos > 0 && (open || tooLong || failing.size() == FAILING_IMAGES)) {
      return probed(image, now);
    }
    retryAfter.ifPresent(pause -> holdUntil(now + bounded(pause).toNanos()));
    return false;
  }

  private void holdUntil(long time) {
    if (time - nextTry > 0) {
      nextTry = time;
    }
  }

  private static Duration bounded(Duration pause) {
    return pause.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : pause;
  }

  /**
   * Opens the breaker, or records a failed probe; failures of requests that began before it opened
   * are no probes. Returns whether users should be notified.
   */
  private boolean probed(ImageSource image, long now) {
    if (open) {
      boolean notifyNow = !notified && probed.contains(image);
      notified |= notifyNow;
      return notifyNow;
    }
    open = true;
    nextTry = now + backoff.pause(1).toNanos();
    return false;
  }

  /**
   * Records that an image arrived or was refused permanently.
   *
   * @return how long it was open, if users were notified
   */
  Optional<Duration> answered(long now) {
    Optional<Duration> away =
        notified ? Optional.of(Duration.ofNanos(now - awaySince)) : Optional.empty();
    if (open) {
      recoveredAt = now;
      nextTry = now;
    }
    answeredAt = now;
    open = false;
    notified = false;
    rounds = 0;
    probed.clear();
    probesLeft = 0;
    failing.clear();
    return away;
  }
}
