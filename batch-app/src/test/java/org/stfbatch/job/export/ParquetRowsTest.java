package org.stfbatch.job.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.parquet.example.data.Group;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.AnswerTimings;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.StoredAnswer;
import org.stfbatch.db.TokenCounts;
import org.stfbatch.testing.ParquetTable;

final class ParquetRowsTest {
  @TempDir private Path folder;

  @Test
  void everyColumnComesBack() throws IOException {
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put("yes, 日本", -0.125);
    scores.put("no", -3.5);
    ImagePrompt full =
        new ImagePrompt(Optional.of("\"q\\u00fc\""), Optional.of("c"), Optional.of("a.png"), "p😀");
    ImagePrompt least = new ImagePrompt(Optional.of("7.0"), Optional.empty(), Optional.empty(), "");
    Path file =
        written(
            List.of(
                row(1, full, answer("a\u0000b \uFFFF 😀", Map.of())),
                row(2, least, answer("", scores))));

    List<Group> rows = ParquetTable.rows(file);

    Group first = rows.get(0);
    assertThat(first.getString("custom_id", 0)).isEqualTo("job-1");
    assertThat(first.getString("question_id", 0)).isEqualTo("qü");
    assertThat(first.getString("category", 0)).isEqualTo("c");
    assertThat(first.getString("image", 0)).isEqualTo("a.png");
    assertThat(first.getString("prompt", 0)).isEqualTo("p😀");
    assertThat(first.getString("text", 0)).isEqualTo("a\u0000b \uFFFF 😀");
    assertThat(first.getString("finish_reason", 0)).isEqualTo("eos");
    assertThat(first.getInteger("prompt_tokens", 0)).isEqualTo(40);
    assertThat(first.getInteger("vision_tokens", 0)).isEqualTo(144);
    assertThat(first.getInteger("generated_tokens", 0)).isEqualTo(7);
    assertThat(first.getString("model", 0)).isEqualTo("m");
    assertThat(first.getString("model_fingerprint", 0)).isEqualTo("f");
    assertThat(first.getString("compression", 0)).isEqualTo("fastv:layer=2,keep=144");
    assertThat(first.getString("weight_format", 0)).isEqualTo("int8");
    assertThat(first.getLong("answered_at", 0)).isEqualTo(1_772_600_767_123_456L);
    assertThat(first.getFieldRepetitionCount("log_probabilities")).isZero();
    Group second = rows.get(1);
    assertThat(second.getString("question_id", 0)).isEqualTo("7.0");
    for (String absent : List.of("category", "image")) {
      assertThat(second.getFieldRepetitionCount(absent)).as(absent).isZero();
    }
    Group map = second.getGroup("log_probabilities", 0);
    assertThat(map.getFieldRepetitionCount("key_value")).isEqualTo(2);
    assertThat(map.getGroup("key_value", 0).getString("key", 0)).isEqualTo("yes, 日本");
    assertThat(map.getGroup("key_value", 0).getDouble("value", 0)).isEqualTo(-0.125);
    assertThat(map.getGroup("key_value", 1).getString("key", 0)).isEqualTo("no");
  }

  @Test
  void aRunWithoutAnswersIsATableWithoutRows() throws IOException {
    assertThat(ParquetTable.rows(written(List.of()))).isEmpty();
  }

  @Test
  void aRowGroupEndsBeforeItTakesMuchMemory() throws IOException {
    ImagePrompt prompt = ImagePrompt.about("a.png", "What?");
    List<ExportRow> rows = new ArrayList<>();
    for (int i = 0; i < 1500; i++) {
      byte[] noise = new byte[20_000];
      new Random(i).nextBytes(noise);
      rows.add(row(i, prompt, answer(HexFormat.of().formatHex(noise), Map.of())));
    }
    Path file = written(rows);

    assertThat(ParquetTable.rowGroups(file)).isBetween(3, 10);
    List<Group> read = ParquetTable.rows(file);
    assertThat(read).hasSize(1500);
    for (int i = 0; i < 1500; i += 100) {
      assertThat(read.get(i).getString("text", 0))
          .isEqualTo(rows.get(i).answer().orElseThrow().text());
    }
  }

  private Path written(List<ExportRow> rows) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RowWriter writer = ExportFormat.PARQUET.answers("run", out, false);
    for (ExportRow row : rows) {
      writer.write(row);
    }
    writer.finish();
    return Files.write(folder.resolve("answers.parquet"), out.toByteArray());
  }

  private static ExportRow row(long id, ImagePrompt prompt, StoredAnswer answer) {
    return new ExportRow(id, "job-" + id, prompt, Optional.of(answer), Optional.empty());
  }

  private static StoredAnswer answer(String text, Map<String, Double> scores) {
    return new StoredAnswer(
        1,
        text,
        "eos",
        new TokenCounts(40, 144, 7),
        new AnswerTimings(0, 0, 0),
        "m",
        new ModelIdentity("f", "fastv:layer=2,keep=144", "int8"),
        Instant.parse("2026-03-04T05:06:07.123456Z"),
        scores);
  }
}
