package org.stfbatch.cli.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reading neither blocks nor delays the observed work. */
@Timeout(20)
class RefreshedTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger reads = new AtomicInteger();

  @Test
  void theLastValueIsThereWhileTheNextIsRead() {
    CountDownLatch slow = new CountDownLatch(1);
    try (Refreshed<Integer> value =
        new Refreshed<>(
            () -> {
              int read = reads.incrementAndGet();
              if (read == 2) {
                await(slow);
              }
              return read;
            },
            Duration.ofSeconds(5),
            now::get)) {
      assertThat(value.get()).isEqualTo(1);
      now.addAndGet(4 * SECOND);
      assertThat(value.get()).isEqualTo(1);
      assertThat(reads).hasValue(1);

      now.addAndGet(SECOND);
      assertThat(value.latest()).contains(1);
      until(() -> reads.get() == 2);
      now.addAndGet(100 * SECOND);
      assertThat(value.get()).isEqualTo(1);

      slow.countDown();
      until(() -> value.latest().orElseThrow() == 2);
    }
  }

  @Test
  void whatTakesLongIsReadRarely() {
    try (Refreshed<Integer> value =
        new Refreshed<>(
            () -> {
              now.addAndGet(3 * SECOND);
              return reads.incrementAndGet();
            },
            Duration.ofSeconds(5),
            now::get)) {
      assertThat(value.get()).isEqualTo(1);
      now.addAndGet(59 * SECOND);
      assertThat(value.latest()).contains(1);
      assertThat(reads).hasValue(1);

      now.addAndGet(SECOND);
      until(() -> value.latest().orElseThrow() == 2);
    }
  }

  @Test
  void aFailureLeavesTheLastValueAndIsToldOnlyWhereThereIsNone() {
    try (Refreshed<Integer> value =
        new Refreshed<>(
            () -> {
              if (reads.incrementAndGet() != 2) {
                throw new IllegalStateException("no database");
              }
              return 7;
            },
            Duration.ofSeconds(5),
            now::get)) {
      assertThatThrownBy(value::get)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("no database");
      now.addAndGet(5 * SECOND);
      assertThat(value.get()).isEqualTo(7);
      now.addAndGet(5 * SECOND);
      assertThat(value.get()).isEqualTo(7);
      until(() -> reads.get() == 3);
      assertThat(value.latest()).contains(7);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void until(BooleanSupplier event) {
    while (!event.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }
}
