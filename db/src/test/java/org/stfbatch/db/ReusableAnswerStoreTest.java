package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.stfbatch.base.Digests;
import org.stfbatch.db.testing.TestDatabase;

class ReusableAnswerStoreTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int ANSWERS = 3000;

  private final ImageJobStore jobs = new ImageJobStore(DATABASE.dataSource());
  private final OutcomeStore outcomes = new OutcomeStore(DATABASE.dataSource());
  private final ReusableAnswerStore store = new ReusableAnswerStore(DATABASE.dataSource());
  private String name;
  private Run first;
  private Run second;

  @BeforeEach
  void newRuns(TestInfo test) {
    name = test.getTestMethod().orElseThrow().getName();
    first = newRun("-1");
    second = newRun("-2");
  }

  private Run newRun(String suffix) {
    Run run = new RunStore(DATABASE.dataSource()).findOrCreate(name + suffix);
    jobs.insert(run.runId(), Jobs.jobs(1, 3));
    return run;
  }

  @Test
  void anAnswerIsFoundWithEverythingThatACopyNeeds() {
    String text = "every character \u0000 \uD83D\uDE00";
    write(first, Jobs.reusable(job(first, 2), text, key("a")));

    assertThat(store.find(List.of(key("b"), key("a")), OptionalLong.empty()))
        .isEqualTo(
            Map.of(
                key("a"),
                new ReusableAnswer(
                    new AnswerSource(first.name(), "job-2"),
                    text,
                    "eos",
                    new TokenCounts(40, 144, 7),
                    Map.of("left", -0.5))));
  }

  @Test
  void aSearchInOneRunFindsOnlyItsAnswers() {
    write(first, Jobs.reusable(job(first, 1), "one", key("a")));
    write(second, Jobs.reusable(job(second, 1), "two", key("b")));

    assertThat(store.find(List.of(key("a"), key("b")), OptionalLong.of(second.runId())))
        .containsOnlyKeys(key("b"));
  }

  @Test
  void aReusedAnswerStaysWhenItsSourceIsDeletedAndIsNoSourceItself() {
    AnswerSource source = new AnswerSource(first.name(), "job-1");
    write(first, Jobs.reusable(job(first, 1), "one", key("a")));
    write(second, Jobs.reused(job(second, 1), "one", source));

    new RunDeletion(DATABASE.dataSource()).delete(first.runId());

    assertThat(store.find(List.of(key("a")), OptionalLong.empty())).isEmpty();
    List<ExportRow> rows = new ArrayList<>();
    new ExportStore(DATABASE.dataSource()).forEach(second.runId(), rows::add);
    assertThat(rows.get(0).answer().orElseThrow().text()).isEqualTo("one");
    assertThat(rows.get(0).answer().orElseThrow().source()).contains(source);
    assertThat(new OutcomeFeedStore(DATABASE.dataSource()).after(second.runId(), 0, 9))
        .singleElement()
        .satisfies(row -> assertThat(row.job().answer().orElseThrow().source()).contains(source));
    assertThatThrownBy(
            () ->
                new StoredAnswer(
                    1,
                    "x",
                    "eos",
                    TokenCounts.NONE,
                    new AnswerTimings(0, 0, 0),
                    "m",
                    org.stfbatch.base.ModelIdentity.plain("f"),
                    java.time.Instant.EPOCH,
                    Map.of(),
                    Optional.of(key("a")),
                    Optional.of(source)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theAnswerOfAReplacedQuestionIsNotFound() {
    write(first, Jobs.reusable(job(first, 1), "one", key("a")));

    new ChangedJobStore(DATABASE.dataSource()).replace(first.runId(), Jobs.jobs(1, 1));

    assertThat(store.find(List.of(key("a")), OptionalLong.empty())).isEmpty();
  }

  /** Equal keys of many answers are one entry, too: the first one ends the search. */
  @Test
  void aKeyCostsOneEntryOfTheIndexHoweverManyAnswersThereAre() {
    jobs.insert(first.runId(), Jobs.jobs(4, ANSWERS));
    List<StoredAnswer> answers = new ArrayList<>();
    for (StoredJob job : jobs.waitingAfter(first.runId(), JobPosition.START, ANSWERS)) {
      answers.add(Jobs.reusable(job.jobId(), "x", key(job.jobId() % 2 == 0 ? "same" : job + "")));
    }
    outcomes.write(first.runId(), answers, List.of());

    for (OptionalLong run : List.of(OptionalLong.empty(), OptionalLong.of(first.runId()))) {
      String plan = plan(List.of(key("same"), key("none")), run);
      assertThat(plan)
          .contains("Index Scan using answer_by_reuse_key")
          .containsPattern(
              "answer_by_reuse_key.*rows=1.00 loops=1|answer_by_reuse_key.*rows=0.50 loops=2|answer_by_reuse_key.*rows=1 loops=2")
          .doesNotContain("Seq Scan on answer", "Seq Scan on image_job");
    }
  }

  private static String plan(List<ReuseKey> keys, OptionalLong run) {
    return String.join(
        "\n",
        new JdbcTemplate(DATABASE.dataSource())
            .query(
                "explain analyze "
                    + ReusableAnswerStore.FIND.formatted(
                        run.isPresent() ? " and answer.run_id = ?" : ""),
                statement -> ReusableAnswerStore.set(statement, keys, run),
                (row, n) -> row.getString(1)));
  }

  private void write(Run run, StoredAnswer answer) {
    assertThat(outcomes.write(run.runId(), List.of(answer), List.of()).answers()).isEqualTo(1);
  }

  private long job(Run run, int number) {
    return jobs.waitingAfter(run.runId(), JobPosition.START, 10).stream()
        .filter(job -> job.customId().equals("job-" + number))
        .findFirst()
        .orElseThrow()
        .jobId();
  }

  private ReuseKey key(String content) {
    return ReuseKey.of(Digests.sha256().digest((name + content).getBytes(StandardCharsets.UTF_8)));
  }
}
