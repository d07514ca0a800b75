package org.stfbatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BrokerWaitTest {
  private final List<String> notices = new CopyOnWriteArrayList<>();
  private final StopSignal stop = new StopSignal();

  @Test
  void severalClientsThatWaitSpeakOnceAndTheBrokerIsRevived() throws InterruptedException {
    CountDownLatch revived = new CountDownLatch(2);
    try (BrokerWait wait =
        new BrokerWait(Duration.ofMinutes(1), stop, revived::countDown, notices::add)) {
      wait.waiting("the broker does not answer");
      wait.waiting("the broker does not answer");
      assertThat(wait.isWaiting()).isTrue();
      assertThat(revived.await(10, TimeUnit.SECONDS)).isTrue();
      wait.resumed(Duration.ofSeconds(7));
      assertThat(wait.isWaiting()).isTrue();
      wait.resumed(Duration.ofSeconds(8));

      assertThat(wait.isWaiting()).isFalse();
      assertThat(notices).hasSize(2);
      assertThat(notices.get(0)).contains("does not answer", "60 s");
      assertThat(notices.get(1)).contains("answers again after 8 s");
      assertThat(stop.isRequested()).isFalse();
    }
  }

  @Test
  void patienceHasAnEnd() throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    stop.whenRequested(stopped::countDown);
    try (BrokerWait wait = new BrokerWait(Duration.ZERO, stop, () -> {}, notices::add)) {
      wait.waiting("the broker does not answer");

      assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(stop.reason().orElseThrow()).contains("Kafka broker was away for more than 0 s");
    }
  }
}
