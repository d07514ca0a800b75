package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.base.PenaltySettings;
import org.stfbatch.db.testing.TestDatabase;

class ImageJobStoreTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private ImageJobStore jobs;
  private OutcomeStore outcomes;
  private RunStatusStore statuses;
  private Run run;

  @BeforeEach
  void newRun(TestInfo test) {
    jobs = new ImageJobStore(DATABASE.dataSource());
    outcomes = new OutcomeStore(DATABASE.dataSource());
    statuses = new RunStatusStore(DATABASE.dataSource());
    run = new RunStore(DATABASE.dataSource()).findOrCreate(test.getDisplayName());
  }

  @Test
  void givesEverythingBackThatWasStored() {
    long source = jobs.sourceId(run.runId(), SourceKind.QUESTIONS, "/data/q.jsonl", "/data/images");
    ImagePrompt prompt =
        new ImagePrompt(
            Optional.of("\"a-1\""),
            Optional.of("detail"),
            Optional.of("drawn/ünï \"code\".png"),
            "What\tis {this}, \\ 😀?\n");
    JobSettings settings =
        new JobSettings(
            OptionalInt.of(64),
            OptionalDouble.of(0.2),
            OptionalDouble.of(0.9),
            OptionalLong.of(Long.MIN_VALUE),
            Optional.of(List.of("###", "\\\"", "", "a,b {c}", "NULL", "\n")),
            Optional.of(new ChoiceTexts(List.of("A, or \"B\"", "NULL", "{}\\"))),
            new PenaltySettings(
                OptionalDouble.of(1.1),
                OptionalInt.of(3),
                OptionalDouble.of(-2),
                OptionalDouble.of(0.5)));
    jobs.insert(
        run.runId(), List.of(NewImageJob.toAnswer("c", OptionalLong.of(source), prompt, settings)));

    List<StoredJob> waiting = jobs.waitingAfter(run.runId(), JobPosition.START, 10);

    assertThat(waiting).hasSize(1);
    StoredJob job = waiting.get(0);
    assertThat(job.customId()).isEqualTo("c");
    assertThat(job.imageRoot()).contains("/data/images");
    assertThat(job.prompt()).isEqualTo(prompt);
    assertThat(job.settings()).isEqualTo(settings);
  }

  @Test
  void keepsAbsentThingsAbsent() {
    ImagePrompt textOnly =
        new ImagePrompt(Optional.empty(), Optional.empty(), Optional.empty(), "Hello");
    JobSettings noStop =
        new JobSettings(
            OptionalInt.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalLong.empty(),
            Optional.of(List.of()));
    jobs.insert(
        run.runId(),
        List.of(
            Jobs.job("a", textOnly),
            NewImageJob.toAnswer("b", OptionalLong.empty(), textOnly, noStop)));

    List<StoredJob> waiting = jobs.waitingAfter(run.runId(), JobPosition.START, 10);

    assertThat(waiting).extracting(StoredJob::prompt).containsExactly(textOnly, textOnly);
    assertThat(waiting)
        .extracting(StoredJob::settings)
        .containsExactly(JobSettings.DEFAULTS, noStop);
    assertThat(waiting).extracting(StoredJob::imageRoot).containsOnly(Optional.empty());
    assertThat(waiting).extracting(StoredJob::imageKey).containsOnly("");
  }

  @Test
  void storesJobsInTheOrderOfTheList() {
    List<NewImageJob> shuffled = new ArrayList<>(Jobs.jobs(1, 3000));
    Collections.shuffle(shuffled, new Random(7));
    jobs.insert(run.runId(), shuffled);

    List<String> inIngestOrder = new ArrayList<>();
    new ExportStore(DATABASE.dataSource())
        .forEach(run.runId(), row -> inIngestOrder.add(row.customId()));

    assertThat(inIngestOrder)
        .containsExactlyElementsOf(shuffled.stream().map(NewImageJob::customId).toList());
  }

  @Test
  void addsNothingWhenJobsComeAgain() {
    assertThat(jobs.insert(run.runId(), Jobs.jobs(1, 10))).isEqualTo(10);

    assertThat(jobs.insert(run.runId(), Jobs.jobs(6, 15))).isEqualTo(5);
    assertThat(jobs.insert(run.runId(), Jobs.jobs(1, 15))).isZero();

    assertThat(statuses.status(run).waiting()).isEqualTo(15);
  }

  @Test
  void keepsTheFirstOfEqualCustomIdsInOneList() {
    jobs.insert(
        run.runId(), List.of(Jobs.job("same", "first.png"), Jobs.job("same", "second.png")));

    assertThat(jobs.waitingAfter(run.runId(), JobPosition.START, 10))
        .extracting(StoredJob::imageKey)
        .containsExactly("first.png");
  }

  @Test
  void runsDoNotShareCustomIds() {
    Run other = new RunStore(DATABASE.dataSource()).findOrCreate("another");
    jobs.insert(run.runId(), Jobs.jobs(1, 4));

    assertThat(jobs.insert(other.runId(), Jobs.jobs(1, 4))).isEqualTo(4);
    assertThat(jobs.waitingAfter(run.runId(), JobPosition.START, 10)).hasSize(4);
  }

  @Test
  void storesRejectedJobsAsFailuresOnce() {
    NewImageJob rejected =
        NewImageJob.rejected(
            "line 2",
            OptionalLong.empty(),
            ImagePrompt.about("x.png", ""),
            new JobFailure("ingest", "QUESTION_LINE", "line 2: no \0text", 0));
    List<NewImageJob> list =
        List.of(Jobs.job("line 1", "x.png"), rejected, Jobs.job("line 3", "x.png"));

    assertThat(jobs.insert(run.runId(), list)).isEqualTo(3);
    assertThat(jobs.insert(run.runId(), list)).isZero();

    RunStatus status = statuses.status(run);
    assertThat(status.failures()).containsExactly(Map.entry("QUESTION_LINE", 1L));
    assertThat(status.waiting()).isEqualTo(2);
    List<ExportRow> exported = new ArrayList<>();
    new ExportStore(DATABASE.dataSource()).forEach(run.runId(), exported::add);
    assertThat(exported)
        .extracting(ExportRow::customId)
        .containsExactly("line 1", "line 2", "line 3");
    assertThat(exported.get(1).failure().orElseThrow().failure().message())
        .isEqualTo("line 2: no \uFFFDtext");
  }

  @Test
  void pagesThroughJobsByImageThenIngestOrder() {
    jobs.insert(
        run.runId(),
        List.of(
            Jobs.job("1", "b.png"),
            Jobs.job("2", "a.png"),
            Jobs.job("3", "B.png"),
            Jobs.job("4", "a.png"),
            Jobs.job("5", "é.png"),
            Jobs.job("6", "b.png")));

    assertThat(pages(2)).containsExactly("3", "2", "4", "1", "6", "5");
    assertThat(pages(1)).isEqualTo(pages(100));
  }

  @Test
  void jobsIngestedDuringARunAreFoundBehindThePositionOrFromTheStart() {
    jobs.insert(run.runId(), List.of(Jobs.job("1", "m.png")));
    StoredJob first = jobs.waitingAfter(run.runId(), JobPosition.START, 1).get(0);
    jobs.insert(run.runId(), List.of(Jobs.job("2", "z.png"), Jobs.job("3", "a.png")));
    outcomes.write(run.runId(), List.of(Jobs.answer(first.jobId(), "x")), List.of());

    assertThat(jobs.waitingAfter(run.runId(), first.position(), 10))
        .extracting(StoredJob::customId)
        .containsExactly("2");
    assertThat(jobs.waitingAfter(run.runId(), JobPosition.START, 10))
        .extracting(StoredJob::customId)
        .containsExactly("3", "2");
  }

  @Test
  void jobsWithAnOutcomeNoLongerWait() {
    jobs.insert(run.runId(), Jobs.jobs(1, 3));
    List<StoredJob> waiting = jobs.waitingAfter(run.runId(), JobPosition.START, 3);

    outcomes.write(
        run.runId(),
        List.of(Jobs.answer(waiting.get(0).jobId(), "x")),
        List.of(Jobs.failure(waiting.get(2).jobId(), "IMAGE_DECODE", "broken")));

    assertThat(jobs.waitingAfter(run.runId(), JobPosition.START, 3))
        .extracting(StoredJob::jobId)
        .containsExactly(waiting.get(1).jobId());
  }

  @Test
  void groupsLongReferencesByHashAndGivesThemBackWhole() {
    String big = "data:image/png;base64," + "A".repeat(100_000);
    String other = "data:image/png;base64," + "A".repeat(99_999) + "B";
    jobs.insert(run.runId(), List.of(Jobs.job("1", big), Jobs.job("2", other), Jobs.job("3", big)));

    List<StoredJob> waiting = jobs.waitingAfter(run.runId(), JobPosition.START, 10);

    assertThat(waiting)
        .extracting(job -> job.prompt().image().orElseThrow())
        .containsExactlyInAnyOrder(big, big, other);
    assertThat(waiting.stream().map(StoredJob::imageKey).distinct()).hasSize(2);
  }

  @Test
  void aPageOfHugeImagesIsShortButTheRestFollows() {
    String tenMegabytes = "data:image/png;base64," + "A".repeat(10 << 20);
    for (int i = 0; i < 6; i++) {
      jobs.insert(run.runId(), List.of(Jobs.job("job " + i, tenMegabytes)));
    }

    assertThat(jobs.waitingAfter(run.runId(), JobPosition.START, 100)).hasSize(4);
    assertThat(pages(100)).containsExactly("job 0", "job 1", "job 2", "job 3", "job 4", "job 5");
  }

  @Test
  void sourcesAreStoredOnceAndMayHaveLongPaths() {
    String path = "/" + "very-long/".repeat(400);

    long id = jobs.sourceId(run.runId(), SourceKind.CAPTIONS, path, path);

    assertThat(jobs.sourceId(run.runId(), SourceKind.CAPTIONS, path, path)).isEqualTo(id);
    assertThat(jobs.sourceId(run.runId(), SourceKind.QUESTIONS, path, path)).isNotEqualTo(id);
    assertThat(jobs.sourceId(run.runId(), SourceKind.CAPTIONS, path, path + "x")).isNotEqualTo(id);
  }

  @Test
  void refusesWhatTheDatabaseCannotHoldBeforeAnyRowIsWritten() {
    assertThatThrownBy(() -> ImagePrompt.about("x.png", "a\0b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the prompt");
    assertThatThrownBy(() -> ImagePrompt.about("\uD800.png", "a"))
        .hasMessageContaining("the image reference");
    assertThatThrownBy(() -> Jobs.job("x".repeat(501), "x.png")).hasMessageContaining("custom_id");
    assertThatThrownBy(() -> Jobs.job("", "x.png")).hasMessageContaining("custom_id");
  }

  private List<String> pages(int size) {
    List<String> ids = new ArrayList<>();
    List<StoredJob> page = jobs.waitingAfter(run.runId(), JobPosition.START, size);
    while (!page.isEmpty()) {
      page.forEach(job -> ids.add(job.customId()));
      page = jobs.waitingAfter(run.runId(), page.get(page.size() - 1).position(), size);
    }
    return ids;
  }

  @Test
  void jobsTellWhetherTheirImagesWereNamedFromOutside() {
    long mine = jobs.sourceId(run.runId(), SourceKind.QUESTIONS, "/q", "/i");
    long triggered = jobs.sourceId(run.runId(), SourceKind.QUESTIONS, "/q", "/i", true);
    long topic = jobs.sourceId(run.runId(), SourceKind.KAFKA, "topic", "/i");
    assertThat(triggered).isNotEqualTo(mine);
    for (long source : List.of(mine, triggered, topic)) {
      jobs.insert(
          run.runId(),
          List.of(
              NewImageJob.toAnswer(
                  "from " + source,
                  OptionalLong.of(source),
                  ImagePrompt.about("a" + source, "What?"),
                  JobSettings.DEFAULTS)));
    }

    assertThat(jobs.waitingAfter(run.runId(), JobPosition.START, 1000))
        .filteredOn(job -> job.customId().startsWith("from "))
        .extracting(StoredJob::customId, StoredJob::fromOutside)
        .containsExactlyInAnyOrder(
            tuple("from " + mine, false),
            tuple("from " + triggered, true),
            tuple("from " + topic, true));
  }
}
