package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementSetter;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.testing.TestDatabase;

/** One run of 100,000 jobs, from the first insert to the last outcome. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ScaleTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int JOBS = 100_000;
  private static final int BATCH = 1000;

  /** Far above the measured time, far below the time with a full scan per page. */
  private static final Duration SECONDS = Duration.ofSeconds(20);

  private static final String RANGE_OF_INDEX =
      "Limit .*\\n *->  Index (Only )?Scan using waiting_job_by_image";

  private static Run run;

  private final ImageJobStore jobs = new ImageJobStore(DATABASE.dataSource());

  @BeforeAll
  static void newRun() {
    run = new RunStore(DATABASE.dataSource()).findOrCreate("large");
  }

  /** A plan that is made for a small table may be cached and used for the large one. */
  @Test
  @Order(0)
  void looksJobsUpByKeyWhileThereAreFew() {
    jobs.insert(run.runId(), Jobs.jobs(1, 2 * BATCH));

    assertThat(explain("")).contains("Index Scan using image_job_pkey");
  }

  @Test
  @Order(1)
  void ingests() {
    assertWithin(
        SECONDS,
        "ingest",
        () -> {
          for (int first = 1; first <= JOBS; first += BATCH) {
            jobs.insert(run.runId(), Jobs.jobs(first, first + BATCH - 1));
          }
        });
  }

  @Test
  @Order(2)
  void pagesByIndexWhileNothingIsAnsweredWithoutStatistics() {
    assertThat(explain("")).containsPattern(RANGE_OF_INDEX);
    assertThat(explain("")).contains("Index Scan using image_job_pkey");
    assertThat(buffersOfPage()).isLessThan(1500);
  }

  @Test
  @Order(2)
  void takesAnsweredJobsByKeyWithoutStatistics() {
    List<Long> jobs = LongStream.rangeClosed(1, BATCH).boxed().toList();
    List<StoredAnswer> answers = jobs.stream().map(job -> Jobs.answer(job, "yes")).toList();

    assertTakesByKey(
        OutcomeStore.TAKE, statement -> OutcomeStore.setTaken(statement, run.runId(), jobs));
    assertTakesByKey(
        OutcomeStore.TAKE_AND_WRITE_ANSWERS,
        statement ->
            OutcomeStore.setTakenAnswers(
                statement, run.runId(), OutcomeStore.Common.of(answers.get(0)), answers));
  }

  private static void assertTakesByKey(String sql, PreparedStatementSetter parameters) {
    List<String> plan =
        new JdbcTemplate(DATABASE.dataSource())
            .query("explain " + sql, parameters, (row, n) -> row.getString(1));

    assertThat(plan)
        .filteredOn(line -> line.contains(" on waiting_job "))
        .hasSize(3)
        .anyMatch(line -> line.contains("Delete on"))
        .filteredOn(line -> line.contains("Index Scan using waiting_job_pkey"))
        .hasSize(2);
  }

  @Test
  @Order(3)
  void answersAllButAFew() {
    List<StoredJob> page = new ArrayList<>();
    OutcomeStore outcomes = new OutcomeStore(DATABASE.dataSource());
    assertWithin(
        SECONDS,
        "answer",
        () -> {
          JobPosition position = JobPosition.START;
          do {
            page.clear();
            page.addAll(jobs.waitingAfter(run.runId(), position, BATCH));
            if (!page.isEmpty()) {
              position = page.get(page.size() - 1).position();
              outcomes.write(
                  run.runId(),
                  page.stream()
                      .filter(job -> job.jobId() % 10_000 != 0)
                      .map(job -> Jobs.answer(job.jobId(), "some answer of usual length\0"))
                      .toList(),
                  List.of());
            }
          } while (!page.isEmpty());
        });
  }

  @Test
  @Order(4)
  void pagesByIndexWhenNearlyAllAreAnswered() {
    assertThat(jobs.waitingAfter(run.runId(), JobPosition.START, BATCH)).hasSize(10);

    assertThat(explain("")).containsPattern(RANGE_OF_INDEX);
    assertThat(buffersOfPage()).isLessThan(1500);
  }

  @Test
  @Order(5)
  void tellsTheStatus() {
    RunStatusStore statuses = new RunStatusStore(DATABASE.dataSource());
    assertWithin(
        Duration.ofSeconds(5),
        "status",
        () -> {
          RunStatus status = statuses.status(run);
          assertThat(status.jobs()).isEqualTo(JOBS);
          assertThat(status.waiting()).isEqualTo(10);
        });
  }

  @Test
  @Order(6)
  void exportsInIngestOrderWithoutHoldingTheRows() {
    ExportStore exports = new ExportStore(DATABASE.dataSource());
    AtomicInteger rows = new AtomicInteger();
    AtomicLong last = new AtomicLong();
    AtomicLong most = new AtomicLong();
    long before = usedMemory();
    assertWithin(
        SECONDS,
        "export",
        () ->
            exports.forEach(
                run.runId(),
                row -> {
                  assertThat(row.jobId()).isGreaterThan(last.getAndSet(row.jobId()));
                  if (rows.incrementAndGet() % 20_000 == 0) {
                    most.accumulateAndGet(usedMemory(), Math::max);
                  }
                }));

    assertThat(rows).hasValue(JOBS);
    assertThat(most.get() - before).isLessThan(16L << 20);
  }

  private static long buffersOfPage() {
    String plan = explain("analyze, buffers, ");
    Matcher hit = Pattern.compile("Buffers: shared (?:hit=(\\d+))?(?: read=(\\d+))?").matcher(plan);
    assertThat(hit.find()).as(plan).isTrue();
    return number(hit.group(1)) + number(hit.group(2));
  }

  private static long number(String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  private static String explain(String options) {
    return String.join(
        "\n",
        JdbcClient.create(DATABASE.dataSource())
            .sql("explain (" + options + "costs on) " + ImageJobStore.WAITING_AFTER)
            .param("run", run.runId())
            .param("key", "")
            .param("job", 0)
            .param("limit", 256)
            .param("bytes", Long.MAX_VALUE)
            .query(String.class)
            .list());
  }

  private static void assertWithin(Duration limit, String what, Runnable work) {
    long start = System.nanoTime();
    work.run();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    System.out.printf("%,d jobs: %s in %d ms%n", JOBS, what, took.toMillis());
    assertThat(took).isLessThan(limit);
  }

  private static long usedMemory() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
