package org.stfbatch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ConcurrentJobsTest {
  private final StopSignal stop = new StopSignal();
  private final AtomicInteger stopped = new AtomicInteger();

  @Test
  void oneThatFailsStopsTheOthersAndIsWhatIsTold() {
    ConcurrentJobs jobs =
        new ConcurrentJobs(stop)
            .with(this::untilStopped)
            .with(
                part -> {
                  throw new IllegalStateException("the first to fail");
                })
            .with(
                part -> {
                  untilStopped(part);
                  throw new IllegalStateException("because it was stopped");
                });

    assertThatThrownBy(jobs::run).hasMessage("the first to fail");

    assertThat(stopped).hasValue(2);
    assertThat(stop.isRequested()).isFalse();
  }

  @Test
  void aStopOfTheWholeStopsEach() {
    ConcurrentJobs jobs =
        new ConcurrentJobs(stop).with(this::untilStopped).with(part -> stop.request("enough"));

    jobs.run();

    assertThat(stopped).hasValue(1);
  }

  private void untilStopped(StopSignal part) {
    while (!part.isRequested()) {
      Thread.onSpinWait();
    }
    stopped.incrementAndGet();
  }
}
