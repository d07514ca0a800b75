package org.stfbatch.image;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.stfbatch.base.ExponentialBackoff;

/**
 * Stops asking an origin that fails everything: three different images one after the other and
 * nothing in between, or a pause asked for that is too long. While it is open, a few images are let
 * through as probes, at growing intervals, those first that were not yet a probe: images that are
 * lastingly bad must not be the only ones that are asked for. One that arrives, or is refused for
 * good, closes it. Times are nanoseconds of one clock. For one thread at a time.
 */
final class CircuitBreaker {
  /** Longer pauses are not waited for: the origin counts as away. */
  static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);

  private static final int FAILING_IMAGES = 3;

  /** Intervals grow and probes with them, so that the origin is asked about once a second. */
  private static final int MOST_PROBES = 8;

  /** So long an image that was a probe already leaves the turn to others. */
  private static final Duration PRECEDENCE = Duration.ofSeconds(1);

  private final ExponentialBackoff backoff;
  private final long patienceNanos;
  private boolean endless;
  private final Set<ImageSource> failing = new HashSet<>();
  private boolean open;
  private boolean told;
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
   * Whether an image may be asked for now; while open, the asking is a probe.
   *
   * @param suspect whether the image failed although the origin answers for others
   */
  boolean admits(ImageSource image, boolean suspect, long now) {
    if (isGivenUp(now)) {
      return false;
    }
    return open ? admitsProbe(image, suspect, now) : now - nextTry >= 0;
  }

  private boolean admitsProbe(ImageSource image, boolean suspect, long now) {
    boolean comesLast = suspect || probed.contains(image);
    if (now - nextTry >= (comesLast ? PRECEDENCE.toNanos() : 0)) {
      rounds++;
      probesLeft = Math.min(MOST_PROBES, 1 << Math.min(rounds - 1, MOST_PROBES));
      nextTry = now + backoff.pause(rounds + 1).toNanos();
    } else if (comesLast) {
      return false;
    }
    if (probesLeft == 0) {
      return false;
    }
    probesLeft--;
    probed.add(image);
    return true;
  }

  /** From now on it is probed for ever. */
  void neverGiveUp() {
    endless = true;
  }

  boolean isOpen() {
    return open;
  }

  /** Whether it has been open for longer than anybody waits. */
  boolean isGivenUp(long now) {
    return open && !endless && now - awaySince > patienceNanos;
  }

  /** When an image may be asked for again; empty if never. */
  OptionalLong nextTry(long now) {
    if (isGivenUp(now)) {
      return OptionalLong.empty();
    }
    boolean onlyOldOnesAreLeft = open && now - nextTry >= 0;
    return OptionalLong.of(onlyOldOnesAreLeft ? nextTry + PRECEDENCE.toNanos() : nextTry);
  }

  /** Whether it holds anything back now. */
  boolean isHolding(long now) {
    return open || now - nextTry < 0;
  }

  /** When it last closed: what failed before says nothing any more. */
  long recoveredAt() {
    return recoveredAt;
  }

  /** When it last answered for any image. */
  long answeredAt() {
    return answeredAt;
  }

  /**
   * An image did not arrive for a passing reason.
   *
   * @param retryAfter how long the origin asks to be left alone
   * @return whether it is away for so long that people should be told, which is said once
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

  /** Failures that were under way when it opened are no probes. */
  private boolean probed(ImageSource image, long now) {
    if (open) {
      boolean tell = !told && probed.contains(image);
      told |= tell;
      return tell;
    }
    open = true;
    nextTry = now + backoff.pause(1).toNanos();
    return false;
  }

  /**
   * An image arrived, or the origin said for good why it does not.
   *
   * @return how long it was away, if people were told that it is
   */
  Optional<Duration> answered(long now) {
    Optional<Duration> away =
        told ? Optional.of(Duration.ofNanos(now - awaySince)) : Optional.empty();
    if (open) {
      recoveredAt = now;
      nextTry = now;
    }
    answeredAt = now;
    open = false;
    told = false;
    rounds = 0;
    probed.clear();
    probesLeft = 0;
    failing.clear();
    return away;
  }
}
