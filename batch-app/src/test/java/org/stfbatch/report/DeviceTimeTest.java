package org.stfbatch.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.ChunkMetricStore;
import org.stfbatch.db.RunFigures;
import org.stfbatch.db.RunFiguresStore;
import org.stfbatch.db.RunSlice;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.TokenCounts;
import org.stfbatch.db.testing.TestDatabase;

class DeviceTimeTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final Instant BEGINNING = Instant.parse("2026-03-01T20:00:00Z");
  private static final double MILLIS = 1000;

  private static int runs;

  private long run() {
    return new RunStore(DATABASE.dataSource()).findOrCreate("devices-" + runs++).runId();
  }

  private static void chunk(
      long run, long attempt, long startMillis, long endMillis, String device, double[] seconds) {
    chunk(run, attempt, Optional.empty(), startMillis, endMillis, device, seconds);
  }

  private static void chunk(
      long run,
      long attempt,
      Optional<String> worker,
      long startMillis,
      long endMillis,
      String device,
      double[] seconds) {
    new ChunkMetricStore(DATABASE.dataSource())
        .insert(
            new ChunkMetric(
                run,
                attempt,
                BEGINNING.plusMillis(startMillis),
                BEGINNING.plusMillis(endMillis),
                new ChunkMetric.Counts(3, 2, 1, 3, 1),
                new TokenCounts(10, 20, 30),
                new ChunkMetric.Seconds(0, 0, seconds[0], seconds[1], seconds[2], 0, 0, 0),
                new ChunkMetric.Work(0, 0, 0, 0, 0, 0, 0, 0),
                new ChunkMetric.Place(device, "float32", 8, ModelIdentity.plain("abc")),
                worker));
  }

  private static List<RunReport.Slice> slices(long run, int count) {
    RunFiguresStore store = new RunFiguresStore(DATABASE.dataSource());
    List<RunFigures.Attempt> attempts = store.figures(run).span().orElseThrow().attempts();
    List<RunSlice> timeline = store.timeline(run, count);
    return DeviceTime.of(timeline, attempts);
  }

  private static double device(RunReport.Slice slice) {
    return slice.seconds().vision() + slice.seconds().prefill() + slice.seconds().decode();
  }

  /** Two overlapping attempts, a pause of 90 s and a single attempt. */
  @Test
  void attemptsOfWorkersOverlapAndOnlyPausesAreLeftOut() {
    long run = run();
    double[] busy = {0, 0, 4};
    chunk(run, 1, Optional.of("one"), 0, 4_000, "cpu", busy);
    chunk(run, 2, Optional.of("two"), 2_000, 6_000, "cpu", busy);
    chunk(run, 3, Optional.of("one"), 96_000, 100_000, "cpu", busy);

    RunFigures figures = new RunFiguresStore(DATABASE.dataSource()).figures(run);
    RunFigures.Span span = figures.span().orElseThrow();

    assertThat(span.workSeconds()).isCloseTo(10, within(1e-6));
    assertThat(span.attemptSeconds()).isCloseTo(12, within(1e-6));
    assertThat(span.attempts().stream().map(RunFigures.Attempt::second).toList())
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-6 ? 0 : 1)
        .containsExactly(0.0, 2.0, 6.0);
    assertThat(figures.workers())
        .extracting(RunFigures.WorkerShare::name, RunFigures.WorkerShare::jobs)
        .containsExactly(tuple("one", 6L), tuple("two", 3L));
    List<RunReport.Slice> slices = slices(run, 10);
    assertThat(slices.get(3).deviceSeconds()).as("two devices").isCloseTo(2, within(1e-6));
    assertThat(slices.get(8).deviceSeconds()).isCloseTo(1, within(1e-6));
    assertThat(slices)
        .allSatisfy(
            slice -> assertThat(device(slice)).isCloseTo(slice.deviceSeconds(), within(1e-6)));
  }

  @Test
  void aLongChunkFillsTheSlicesThatItLasted() {
    long run = run();
    chunk(run, 1, 0, 8_000, "cpu", new double[] {1, 2, 4});
    chunk(run, 1, 8_000, 10_000, "cpu", new double[] {0, 0, 1});

    List<RunReport.Slice> slices = slices(run, 10);

    for (RunReport.Slice slice : slices.subList(0, 8)) {
      assertThat(slice.deviceSeconds()).isCloseTo(1, within(1e-9));
      assertThat(slice.seconds().vision()).isCloseTo(0.125, within(1e-9));
      assertThat(slice.seconds().prefill()).isCloseTo(0.25, within(1e-9));
      assertThat(slice.seconds().decode()).isCloseTo(0.5, within(1e-9));
    }
    assertThat(device(slices.get(9))).isCloseTo(0.5, within(1e-9));
    assertThat(slices.get(7).jobs()).isZero();
    assertThat(slices.get(8).jobs()).as("counts where the first chunk ended").isEqualTo(3);
  }

  @Test
  void whatACallThatEndedInAChunkTookBeforeCountsBefore() {
    long run = run();
    chunk(run, 1, 0, 4_000, "cpu", new double[] {0, 1, 0});
    chunk(run, 1, 4_000, 5_000, "cpu", new double[] {0, 3, 0});

    List<RunReport.Slice> slices = slices(run, 5);

    assertThat(slices).allSatisfy(slice -> assertThat(device(slice)).isLessThanOrEqualTo(1 + 1e-9));
    assertThat(device(slices.get(4))).isCloseTo(1, within(1e-9));
    assertThat(slices.stream().mapToDouble(DeviceTimeTest::device).sum())
        .isCloseTo(4, within(1e-9));
  }

  @Test
  void twoDevicesHaveTwiceTheTimeInTheirAttemptAlone() {
    long run = run();
    chunk(run, 1, 0, 2_000, "cuda:0..1", new double[] {0, 0, 4});
    chunk(run, 2, 60_000, 62_000, "cpu", new double[] {0, 0, 2});

    List<RunReport.Slice> slices = slices(run, 4);

    assertThat(slices)
        .extracting(RunReport.Slice::deviceSeconds)
        .containsExactly(2.0, 2.0, 1.0, 1.0);
    assertThat(slices)
        .allSatisfy(
            slice -> assertThat(device(slice)).isCloseTo(slice.deviceSeconds(), within(1e-9)));
    RunFigures figures = new RunFiguresStore(DATABASE.dataSource()).figures(run);
    assertThat(Facts.of(figures, Optional.empty(), ReportTerms.NONE))
        .filteredOn(fact -> fact.name().equals("device_busy"))
        .extracting(Fact::value)
        .containsExactly(1.0);
  }

  /**
   * Chunks and attempts that overlap, have no duration or report too many device seconds, on one to
   * four devices.
   */
  @Test
  void sharesStayBetweenNothingAndAllAndTheirSumIsTheStoredOne() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 60; round++) {
      long run = run();
      double stored = store(run, random);
      int count = 1 + random.nextInt(60);

      List<RunReport.Slice> slices = slices(run, count);

      double room = slices.stream().mapToDouble(RunReport.Slice::deviceSeconds).sum();
      double shown = slices.stream().mapToDouble(DeviceTimeTest::device).sum();
      assertThat(slices).hasSize(count);
      for (RunReport.Slice slice : slices) {
        assertThat(slice.seconds().vision()).isGreaterThanOrEqualTo(0);
        assertThat(slice.seconds().prefill()).isGreaterThanOrEqualTo(0);
        assertThat(slice.seconds().decode()).isGreaterThanOrEqualTo(0);
        assertThat(device(slice)).isLessThanOrEqualTo(slice.deviceSeconds() * (1 + 1e-9) + 1e-9);
      }
      assertThat(shown)
          .as("round %d", round)
          .isCloseTo(Math.min(stored, room), within(1e-6 * (1 + stored)));
    }
  }

  /** Stores random chunks and returns their device seconds. */
  private static double store(long run, SplittableRandom random) {
    double stored = 0;
    double claim = random.nextDouble(0, 1.5);
    long at = 0;
    int attempts = 1 + random.nextInt(3);
    for (int attempt = 1; attempt <= attempts; attempt++) {
      int devices = 1 + random.nextInt(4);
      String device = devices == 1 ? "cpu" : "cuda:0.." + (devices - 1);
      List<long[]> chunks = new ArrayList<>();
      for (int chunk = 0; chunk < 1 + random.nextInt(8); chunk++) {
        long length = random.nextInt(5) == 0 ? 0 : random.nextLong(1, 4_000);
        long start = Math.max(0, at - random.nextLong(0, 500));
        chunks.add(new long[] {start, start + length});
        at = Math.max(at, start + length);
      }
      for (long[] chunk : chunks) {
        double most = devices * (chunk[1] - chunk[0] + random.nextInt(300)) / MILLIS;
        double[] seconds = new double[3];
        for (int stage = 0; stage < seconds.length; stage++) {
          seconds[stage] = most * claim * random.nextDouble() / seconds.length;
          stored += seconds[stage];
        }
        chunk(run, attempt, chunk[0], chunk[1], device, seconds);
      }
      boolean overlaps = random.nextInt(3) == 0;
      at = overlaps ? at - random.nextLong(at + 1) : at + random.nextLong(1_000, 1_000_000);
    }
    return stored;
  }
}
