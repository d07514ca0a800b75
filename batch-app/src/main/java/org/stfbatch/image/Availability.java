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
 * Remembers which images, hosts and folders failed for reasons that may pass, and tells what may be
 * asked for now. An image that keeps failing while its origin answers for others is given up after
 * its tries; an origin that fails everything is left alone but for probes ({@link CircuitBreaker})
 * and its images keep their tries. Thread safe; costs next to nothing while all is well.
 */
public final class Availability {
  /** Tries that a server put off with Retry-After cost an image this much less. */
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

  /** Of one image. */
  private static final class Trouble {
    private int failures;
    private int putOff;
    private long failedAt;
    private long notBefore;

    /** It failed again after its origin had answered for another image. */
    private boolean suspect;
  }

  /**
   * When it is worth asking again for what was put off.
   *
   * @param nextTry how long from now; empty if nothing is to be asked for again
   * @param away the hosts and folders that stayed away for too long
   */
  public record Outlook(Optional<Duration> nextTry, SortedSet<String> away) {
    /** Nothing was put off. */
    public static final Outlook CLEAR = new Outlook(Optional.empty(), new TreeSet<>());
  }

  /**
   * @param tries of one image, the first included
   * @param patience how long an origin that fails everything is waited for
   * @param notices gets lines for people
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

  /** From now on origins are probed for ever: for work that has no end of its own. */
  public synchronized void neverGiveUp() {
    withoutEnd = true;
    breakers.values().forEach(CircuitBreaker::neverGiveUp);
  }

  /**
   * Whether an image may be asked for now. What is admitted must be asked for, and what comes of it
   * be told here.
   */
  public boolean admits(ImageSource image) {
    return untroubled || admitsTroubled(image);
  }

  /** Whether everything may be asked for. */
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

  /** What failed while its origin was away may be asked for as soon as that is back. */
  private static long notBefore(Trouble trouble, Optional<CircuitBreaker> breaker) {
    boolean old =
        breaker.isPresent()
            && !trouble.suspect
            && trouble.failedAt - breaker.get().recoveredAt() <= 0;
    return old ? trouble.failedAt : trouble.notBefore;
  }

  /** The image arrived, or its origin has refused it for good. */
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
   * The image did not arrive.
   *
   * @return the error as which it fails for good
   * @throws PutOffException if it may be there later
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
   * The image did not arrive for a reason that may pass.
   *
   * @return the error as which it fails for good, if it had all its tries; empty if it is put off
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

  /** Whether the origin is away. A suspect image says nothing of that. */
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

  /** How often an image was put off so far. */
  public long putOffs() {
    return putOffs.sum();
  }

  /** How things stand. */
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
