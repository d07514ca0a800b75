package org.stfbatch.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LastReportTest {
  private static final Duration LONG = Duration.ofDays(1);

  @Test
  void whereNobodyLooksTheEndIsNotHeldUp() {
    LastReport report = new LastReport(() -> "working", () -> fail("nobody looks"), LONG);

    report.show();
  }

  @Test
  void aPageThatIsOpenGetsTheLastOneBeforeTheEnd() {
    LastReport report = new LastReport(() -> "working", () -> "ended", LONG);
    assertThat(report.serve()).isEqualTo("working");

    CompletableFuture<Void> showing = CompletableFuture.runAsync(report::show);
    String served = report.serve();
    while (served.equals("working")) {
      assertThat(showing).isNotDone();
      served = report.serve();
    }

    assertThat(served).isEqualTo("ended");
    showing.join();
  }

  @Test
  void aPageThatWasClosedIsNotWaitedForLong() {
    LastReport report = new LastReport(() -> "working", () -> "ended", Duration.ofMillis(20));
    report.serve();

    report.show();

    assertThat(report.serve()).isEqualTo("ended");
  }

  @Test
  void aReportThatCannotBeReadChangesNothing() {
    LastReport report = new LastReport(() -> "working", () -> fail("the database is away"), LONG);
    report.serve();

    report.show();

    assertThat(report.serve()).isEqualTo("working");
  }

  private static String fail(String why) {
    throw new IllegalStateException(why);
  }
}
