package org.stfbatch.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.stfbatch.base.PenaltySettings;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.job.InputException;

class CsvFileReaderTest {
  @TempDir private Path folder;

  @Test
  void aRowIsTheQuestionLineThatSaysTheSame() throws IOException {
    List<NewImageJob> jobs =
        read(
            ',',
            """
            \uFEFFquestion_id,image,text,category,max_new_tokens,temperature,top_p,seed,stop,other,repetition_penalty,no_repeat_ngram_size,presence_penalty,frequency_penalty
            7,a.png,"What, ""this""?
            Two lines",cats,32.0,0.5,0.9,-3,"[""x"",""y""]",z,1.1,3.0,-2,0.5

            007,,No image,,,,,,.,,,,,
            "é 7",b.png,Last
            """);

    assertThat(jobs).hasSize(3).allSatisfy(job -> assertThat(job.rejection()).isEmpty());
    NewImageJob first = jobs.get(0);
    assertThat(first.prompt().questionId()).contains("7");
    assertThat(first.prompt().image()).contains("a.png");
    assertThat(first.prompt().text()).isEqualTo("What, \"this\"?\nTwo lines");
    assertThat(first.prompt().category()).contains("cats");
    assertThat(first.settings().maxNewTokens()).hasValue(32);
    assertThat(first.settings().temperature()).hasValue(0.5);
    assertThat(first.settings().topP()).hasValue(0.9);
    assertThat(first.settings().seed()).hasValue(-3);
    assertThat(first.settings().stop()).contains(List.of("x", "y"));
    assertThat(first.settings().penalties())
        .isEqualTo(
            new PenaltySettings(
                OptionalDouble.of(1.1),
                OptionalInt.of(3),
                OptionalDouble.of(-2),
                OptionalDouble.of(0.5)));
    NewImageJob second = jobs.get(1);
    assertThat(second.prompt().questionId()).contains("\"007\"");
    assertThat(second.prompt().image()).isEmpty();
    assertThat(second.settings().stop()).contains(List.of("."));
    assertThat(jobs.get(2).prompt().questionId()).contains("\"é 7\"");
    assertThat(jobs.get(2).settings()).isEqualTo(JobSettings.DEFAULTS);
  }

  @Test
  void choicesAreSeparatedByCommasOrAJsonList() throws IOException {
    List<NewImageJob> jobs =
        read(
            ',',
            """
            question_id,text,choices
            1,a,"A,B"
            2,a,"[""A, or B"", ""C""]"
            3,a,
            4,a,"A,A"
            """);

    assertThat(jobs.get(0).settings().choices()).contains(new ChoiceTexts(List.of("A", "B")));
    assertThat(jobs.get(1).settings().choices()).contains(new ChoiceTexts(List.of("A, or B", "C")));
    assertThat(jobs.get(2).settings().choices()).isEmpty();
    requireRejected(jobs.get(3), "'A' twice");
  }

  @Test
  void tabsSeparateToo() throws IOException {
    List<NewImageJob> jobs = read('\t', "text\tquestion_id\nWhat, this?\t1\n");
    assertThat(jobs)
        .singleElement()
        .extracting(job -> job.prompt().text())
        .isEqualTo("What, this?");
  }

  @Test
  void aRowThatIsNoQuestionFailsAloneAndNamesItsLine() throws IOException {
    List<NewImageJob> jobs =
        read(',', "question_id,text,seed\n1,\"a\nb\",\n2,c,soon\n,d,\n4,,\n5,e,\n");
    assertThat(jobs).hasSize(5);
    assertThat(jobs.get(0).rejection()).isEmpty();
    requireRejected(jobs.get(1), "line 4 ", "seed is not a whole number");
    requireRejected(jobs.get(2), "line 5 ", "no question_id");
    requireRejected(jobs.get(3), "line 6 ", "no text");
    assertThat(jobs.get(4).rejection()).isEmpty();
  }

  @Test
  void readingAgainGivesTheSameNames() throws IOException {
    String table = "question_id,text\n1,a\n1,a\n2,b\n";
    List<String> names = names(read(',', table));
    assertThat(names).doesNotHaveDuplicates().isEqualTo(names(read(',', table)));
    assertThat(names(read(',', table + "3,c\n")).subList(0, 3)).isEqualTo(names);
  }

  @Test
  void aFileThatIsNoTableOfQuestionsIsNamedWithItsCure() {
    requireUnusable(
        "a,b\n1,2\n".getBytes(StandardCharsets.UTF_8), "[a, b]", "question_id and text");
    requireUnusable(new byte[0], "names the columns []", "question_id and text");
    requireUnusable(
        "question_id,text,text\n1,2,3\n".getBytes(StandardCharsets.UTF_8), "names no columns");
    requireUnusable(
        "question_id,text\n1,é\n".getBytes(StandardCharsets.ISO_8859_1), "save it as UTF-8");
    requireUnusable(
        "question_id,text\n1,\"a\n2,b\n3,c\n".getBytes(StandardCharsets.UTF_8),
        "a quotation mark is missing",
        "line 2");
    requireUnusable(
        "question_id,text\n1,\"a\n2,\"b\"\n3,c\n".getBytes(StandardCharsets.UTF_8), "line 2");
    requireUnusable(
        "question_id;text\n1;a\n".getBytes(StandardCharsets.UTF_8), "separated by commas");
    requireUnusable("question_id\ttext\n1\ta\n".getBytes(StandardCharsets.UTF_8), "--format tsv");
    requireUnusable(
        "{\"question_id\": 1, \"text\": \"a\"}\n".getBytes(StandardCharsets.UTF_8), "holds JSON");
    requireUnusable("question_id,text\n1,a\n".getBytes(StandardCharsets.UTF_16LE), "is UTF-16");
    requireUnusable(
        "question_id,text,temprature\n1,a,0.5\n".getBytes(StandardCharsets.UTF_8),
        "temprature",
        "temperature is");
    requireUnusable(
        ("x".repeat(100_000) + "\u0000,b\n").getBytes(StandardCharsets.UTF_8), "more characters");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2,\"b\" c,x", "2,\"say \"hi\", please\",x", "2,\"b\"c", "2,\"b\"c,\"d\"e"})
  void aQuotationMarkAtTheWrongPlaceMakesItsRowAloneUnusable(String row) throws IOException {
    for (String end : List.of("\n", "\r\n")) {
      List<NewImageJob> jobs =
          read(',', String.join(end, "question_id,text,category", "1,a,", row, "3,\"c\",", ""));

      assertThat(jobs).hasSize(3);
      assertThat(jobs.get(0).rejection()).isEmpty();
      requireRejected(jobs.get(1), "line 3 ", "written twice");
      assertThat(jobs.get(2).rejection()).isEmpty();
      assertThat(jobs.get(2).prompt().text()).isEqualTo("c");
    }
  }

  @Test
  void theLastRowMayEndWithoutItsQuotationMark() throws IOException {
    List<NewImageJob> jobs = read(',', "question_id,text\n1,a\n2,\"b");
    assertThat(jobs).hasSize(2);
    requireRejected(jobs.get(1), "line 3 ", "a quotation mark is missing");
  }

  @Test
  void noCellIsLost() throws IOException {
    List<NewImageJob> jobs = read(',', "question_id,text\n1,Is it red, or blue?\n2,What?,,\n3\n");
    requireRejected(jobs.get(0), "line 2 ", "it has 3 cells, and the first row 2");
    assertThat(jobs.get(1).rejection()).isEmpty();
    requireRejected(jobs.get(2), "no text");
  }

  private void requireUnusable(byte[] bytes, String... parts) {
    assertThatThrownBy(() -> read(',', bytes))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(folder.resolve("table").toString())
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600).doesNotContain("\0"))
        .message()
        .doesNotContain("csv.", "Exception", "what came before");
    assertThatThrownBy(() -> read(',', bytes)).hasMessageContainingAll(parts);
  }

  private static void requireRejected(NewImageJob job, String... parts) {
    assertThat(job.rejection().orElseThrow().message()).contains(parts);
  }

  private static List<String> names(List<NewImageJob> jobs) {
    return jobs.stream().map(NewImageJob::customId).toList();
  }

  private List<NewImageJob> read(char separator, String table) throws IOException {
    return read(separator, table.getBytes(StandardCharsets.UTF_8));
  }

  private List<NewImageJob> read(char separator, byte[] table) throws IOException {
    Path file = Files.write(folder.resolve("table"), table);
    CsvFileReader reader =
        new CsvFileReader(
            file,
            separator,
            new QuestionLineParser(1, new CustomIds(new ImageRoot.Folder(Path.of("/images")))));
    try {
      reader.open(new ExecutionContext());
      List<NewImageJob> jobs = new ArrayList<>();
      for (NewImageJob job = reader.read(); job != null; job = reader.read()) {
        jobs.add(job);
      }
      return jobs;
    } finally {
      reader.close();
    }
  }
}
