package org.stfbatch.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.job.InputException;
import org.stfbatch.testing.ParquetTable;

/** The files in {@code /parquet} were written by PyArrow 25. */
final class ParquetFileQuestionsTest {
  private static final String PNG = "data:;base64,iVBORw0KGgo";

  @TempDir private Path folder;

  @Test
  void aDataSetWithItsImagesIsRead() throws Exception {
    List<NewImageJob> jobs = read(resource("huggingface"));

    assertThat(jobs).hasSize(3).allSatisfy(job -> assertThat(job.rejection()).isEmpty());
    NewImageJob first = jobs.get(0);
    assertThat(first.prompt().questionId()).contains("1");
    assertThat(first.prompt().text()).isEqualTo("What colour? 😀");
    assertThat(first.prompt().category()).contains("0");
    assertThat(first.prompt().image().orElseThrow()).startsWith(PNG);
    assertThat(first.settings().choices()).contains(new ChoiceTexts(List.of("red", "A, or B")));
    assertThat(jobs.get(1).prompt().image()).contains("folder/grün.png");
    assertThat(jobs.get(1).settings()).isEqualTo(JobSettings.DEFAULTS);
    assertThat(jobs.get(2).prompt().image()).isEmpty();
    assertThat(jobs.get(2).prompt().category()).isEmpty();
  }

  @Test
  void columnsThatPandasMadeWiderMeanTheSame() throws Exception {
    List<NewImageJob> jobs = read(resource("pandas"));

    NewImageJob first = jobs.get(0);
    assertThat(first.settings().maxNewTokens()).hasValue(32);
    assertThat(first.settings().temperature()).hasValue(0.1);
    assertThat(first.settings().seed()).hasValue(-3);
    assertThat(first.settings().stop()).contains(List.of("."));
    assertThat(first.prompt().image().orElseThrow()).startsWith(PNG);
    assertThat(first.prompt().category()).contains("c");
    assertThat(jobs.get(1).settings().maxNewTokens()).isEmpty();
    assertThat(jobs.get(1).settings().choices()).contains(new ChoiceTexts(List.of("yes", "no")));
    assertThat(jobs.get(2).settings().choices()).contains(new ChoiceTexts(List.of("x, y")));
    assertThat(jobs.get(2).prompt().questionId()).contains("3.5");
    assertThat(jobs.get(3).rejection().orElseThrow().message()).contains("line 4", "no text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "snappy", "gzip", "zstd", "lz4"})
  void everyUsualCompressionIsRead(String codec) throws Exception {
    assertThat(read(resource("codec-" + codec)))
        .extracting(job -> job.prompt().text())
        .containsExactly("What is 0?", "What is 1?", "What is 2?");
  }

  @Test
  void anUnusualCompressionIsNamed() {
    assertThatThrownBy(() -> read(resource("codec-brotli")))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("codec-brotli", "BROTLI");
  }

  @Test
  void aRowKeepsItsNameWhateverIsAppended() throws Exception {
    Path three = ParquetTable.questions(folder.resolve("three"), 3, 2);
    Path five = ParquetTable.questions(folder.resolve("five"), 5, 4);

    List<String> names = read(three).stream().map(NewImageJob::customId).toList();

    assertThat(names).doesNotHaveDuplicates();
    assertThat(read(five).stream().map(NewImageJob::customId).limit(3)).isEqualTo(names);
  }

  @Test
  void bytesComeAsTheyAre() throws Exception {
    byte[] bytes = new byte[100_000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31);
    }
    Path file = ParquetTable.withImages(folder.resolve("images"), List.of(bytes), 1);

    String image = read(file).get(0).prompt().image().orElseThrow();

    assertThat(Base64.getDecoder().decode(image.substring(image.indexOf(',') + 1)))
        .isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "required int64 question_id; required binary prompt (STRING); | must have question_id and text",
        "required int64 question_id (TIMESTAMP(MICROS,true)); required binary text (STRING); | a column question_id",
        "required int64 question_id; required group text { required binary x; } | a column text",
        "required int64 question_id; required binary text; required group image { required binary data; } | make it text or bytes",
        "required int64 question_id; required binary text; optional boolean seed; | a column seed",
        "required int32 question_id (DATE); required binary text; | a column question_id of the type \"required int32 question_id (DATE)\"",
        "required int64 question_id (TIME(MICROS,true)); required binary text; | a column question_id",
        "required int96 question_id; required binary text; | a column question_id",
        "required fixed_len_byte_array(12) question_id (INTERVAL); required binary text; | a column question_id",
        "required int64 question_id; required binary text (BSON); | a column text",
        "required int64 question_id; repeated binary text (STRING); | a column text",
        "required int64 question_id; required group text (LIST) { repeated group list { required binary element (STRING); } } | a column text",
        "required int64 question_id; required binary text; required group stop (LIST) { repeated group list { required binary element (DECIMAL(9,2)); } } | a column stop",
        "required int64 question_id; required binary text; required group stop (LIST) { repeated group list { required binary a (STRING); required binary b (STRING); } } | a column stop",
        "required int64 question_id; required binary text; optional int32 max_new_token; | max_new_tokens is",
        "required int64 question_id; required binary text; optional float temprature; | temperature is",
      })
  void columnsThatAreNoQuestionsAreNamed(String columns, String part) throws Exception {
    Path file = ParquetTable.empty(folder.resolve("table"), columns);

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(file.toString(), part);
  }

  @Test
  void numbersAreWhatTheirLogicalTypesSay() throws Exception {
    Map<String, Consumer<Group>> ids = new LinkedHashMap<>();
    ids.put("int32 question_id (INTEGER(32,false))", row -> row.append("question_id", -1));
    ids.put("int32 question_id (INTEGER(16,false))", row -> row.append("question_id", 65535));
    ids.put("int32 question_id (INTEGER(8,true))", row -> row.append("question_id", -7));
    ids.put("int64 question_id (INTEGER(64,false))", row -> row.append("question_id", -1L));
    ids.put("int32 question_id (DECIMAL(9,2))", row -> row.append("question_id", 150));
    ids.put("int64 question_id (DECIMAL(18,0))", row -> row.append("question_id", -3L));
    ids.put(
        "binary question_id (DECIMAL(30,3))",
        row -> row.append("question_id", Binary.fromConstantByteArray(new byte[] {-1, 0x7F})));
    ids.put(
        "fixed_len_byte_array(9) question_id (DECIMAL(20,1))",
        row ->
            row.append(
                "question_id",
                Binary.fromConstantByteArray(new byte[] {0, -1, -1, -1, -1, -1, -1, -1, -1})));
    ids.put(
        "fixed_len_byte_array(2) question_id (FLOAT16)",
        row -> row.append("question_id", Binary.fromConstantByteArray(new byte[] {0, 0x3E})));
    ids.put(
        "fixed_len_byte_array(16) question_id (UUID)",
        row ->
            row.append(
                "question_id",
                Binary.fromConstantByteArray(
                    new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})));
    ids.put(
        "binary question_id (ENUM)",
        row -> row.append("question_id", Binary.fromConstantByteArray(new byte[] {'a'})));

    List<String> read = new ArrayList<>();
    int n = 0;
    for (Map.Entry<String, Consumer<Group>> id : ids.entrySet()) {
      Path file =
          ParquetTable.row(
              folder.resolve("ids" + n++),
              "required " + id.getKey() + "; required binary text (STRING);",
              row -> {
                id.getValue().accept(row);
                row.append("text", "What?");
              });
      read.add(read(file).get(0).prompt().questionId().orElseThrow());
    }

    assertThat(read)
        .containsExactly(
            "4294967295",
            "65535",
            "-7",
            "18446744073709551615",
            "1.50",
            "-3",
            "-0.129",
            "1844674407370955161.5",
            "1.5",
            "\"00010203-0405-0607-0809-0a0b0c0d0e0f\"",
            "\"a\"");
  }

  @Test
  void whatIsNoWholeParquetFileIsNamed() throws Exception {
    Path text = Files.writeString(folder.resolve("text"), "{\"question_id\": 1}\n".repeat(9));
    byte[] whole = Files.readAllBytes(resource("huggingface"));
    Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length - 50));
    byte[] damaged = Files.readAllBytes(ParquetTable.questions(folder.resolve("good"), 1000, 500));
    Arrays.fill(damaged, 40, 400, (byte) -1);
    Path broken = Files.write(folder.resolve("broken"), damaged);

    for (Path file : List.of(text, cut, Files.createFile(folder.resolve("empty")), broken)) {
      assertThatThrownBy(() -> read(file))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(file.toString())
          .message()
          .doesNotContain("parquet.", "Exception", "null", "what came before");
    }
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(
        ParquetFileQuestionsTest.class.getResource("/parquet/" + name + ".parquet").toURI());
  }

  private static List<NewImageJob> read(Path file) throws IOException {
    ParquetFileQuestions reader =
        new ParquetFileQuestions(
            file,
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
