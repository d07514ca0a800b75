package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HeapRoomTest {
  private static final long KIB = 1024;

  private final HeapRoom room = new HeapRoom(100 * KIB);
  private final ExecutorService workers = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    workers.shutdownNow();
  }

  @Test
  void neverHoldsMoreThanThereIs() throws Exception {
    AtomicLong held = new AtomicLong();
    AtomicLong most = new AtomicLong();
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      long bytes = (1 + i * 37 % 100) * KIB;
      all.add(
          workers.submit(
              () ->
                  room.run(
                      bytes,
                      () -> {
                        most.accumulateAndGet(held.addAndGet(bytes), Math::max);
                        Thread.yield();
                        return held.addAndGet(-bytes);
                      })));
    }
    for (Future<?> one : all) {
      one.get();
    }
    assertThat(most.get()).isPositive().isLessThanOrEqualTo(100 * KIB);
    assertThat(room.free()).isEqualTo(100 * KIB);
  }

  @Test
  void whatNeedsMoreThanAllGoesAlone() throws Exception {
    assertThat(room.run(1L << 40, room::free)).isZero();
    assertThat(room.free()).isEqualTo(100 * KIB);
  }

  /** Small work that arrives later must not starve a large image. */
  @Test
  void isFilledInTheOrderOfArrival() throws Exception {
    CountDownLatch leave = new CountDownLatch(1);
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    Future<?> first = holding(60 * KIB, leave);
    Thread large = waiting(80 * KIB, order, "large");
    // Has room beside the first, and none beside the large one.
    Thread small = waiting(30 * KIB, order, "small");
    leave.countDown();
    first.get();
    large.join();
    small.join();
    assertThat(order).containsExactly("large", "small");
  }

  @Test
  void workThatRunsOutOfMemoryIsDoneOnceMoreAlone() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    CountDownLatch leave = new CountDownLatch(1);
    Future<?> other = holding(10 * KIB, leave);
    Future<Long> result =
        workers.submit(
            () ->
                room.run(
                    20 * KIB,
                    () -> {
                      if (tries.incrementAndGet() == 1) {
                        throw new OutOfMemoryError("made up");
                      }
                      return room.free();
                    }));
    while (tries.get() == 0) {
      Thread.onSpinWait();
    }
    leave.countDown();
    other.get();
    assertThat(result.get()).isZero();
    assertThat(room.free()).isEqualTo(100 * KIB);
  }

  /** Fetching continues while large images wait for the heap. */
  @Test
  void workThatNeedsNoRoomDoesNotWait() throws Exception {
    CountDownLatch leave = new CountDownLatch(1);
    Future<?> first = holding(60 * KIB, leave);
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    Thread large = waiting(80 * KIB, order, "large");
    room.run(0, () -> order.add("fetched"));
    leave.countDown();
    first.get();
    large.join();
    assertThat(order).containsExactly("fetched", "large");
  }

  @Test
  void givesUpWhenMemoryDoesNotSufficeAloneEither() {
    AtomicInteger tries = new AtomicInteger();
    assertThatThrownBy(
            () ->
                room.run(
                    KIB,
                    () -> {
                      tries.incrementAndGet();
                      throw new OutOfMemoryError("made up");
                    }))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(tries).hasValue(2);
    assertThat(room.free()).isEqualTo(100 * KIB);
  }

  @Test
  void isFreeAgainAfterAnyException() {
    assertThatThrownBy(
            () ->
                room.run(
                    50 * KIB,
                    () -> {
                      throw ImageException.permanent(ImageErrorCode.IMAGE_DECODE, "broken");
                    }))
        .isInstanceOf(ImageException.class);
    assertThatThrownBy(
            () ->
                room.run(
                    50 * KIB,
                    () -> {
                      throw new IllegalStateException("unforeseen");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(room.free()).isEqualTo(100 * KIB);
  }

  @Test
  void waitingEndsWithAnInterrupt() throws Exception {
    CountDownLatch leave = new CountDownLatch(1);
    Future<?> first = holding(100 * KIB, leave);
    Future<Long> second = workers.submit(() -> room.run(KIB, room::free));
    second.cancel(true);
    leave.countDown();
    first.get();
    workers.shutdown();
    assertThat(workers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(room.free()).isEqualTo(100 * KIB);
  }

  /** Returns as soon as the budget is held. */
  private Future<?> holding(long bytes, CountDownLatch leave) throws InterruptedException {
    CountDownLatch held = new CountDownLatch(1);
    Future<?> holder =
        workers.submit(
            () ->
                room.run(
                    bytes,
                    () -> {
                      held.countDown();
                      leave.await();
                      return null;
                    }));
    held.await();
    return holder;
  }

  /** Returns as soon as the thread waits for the budget. */
  private Thread waiting(long bytes, List<String> order, String name) {
    Thread thread =
        new Thread(
            () -> {
              try {
                room.run(bytes, () -> order.add(name));
              } catch (ImageException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    thread.start();
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    return thread;
  }
}
