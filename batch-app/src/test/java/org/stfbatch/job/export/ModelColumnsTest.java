package org.stfbatch.job.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.AnswerTimings;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.StoredAnswer;
import org.stfbatch.db.TokenCounts;

/** Model columns of exports: fingerprint, compression strategy and weight format. */
class ModelColumnsTest {
  private static final ModelIdentity COMPRESSED =
      new ModelIdentity("0f", "vtc-cls:layer=16,tokens=144", "int8");

  @Test
  void linesHaveAllThree() throws IOException {
    JsonNode line = new ObjectMapper().readTree(exported(ExportFormat.JSONL, COMPRESSED));

    assertThat(line.get("model_fingerprint").asText()).isEqualTo("0f");
    assertThat(line.get("compression").asText()).isEqualTo("vtc-cls:layer=16,tokens=144");
    assertThat(line.get("weight_format").asText()).isEqualTo("int8");
  }

  @Test
  void tablesHaveThemBehindTheFingerprint() throws IOException {
    List<String> lines = exported(ExportFormat.CSV, COMPRESSED).lines().toList();

    assertThat(lines.get(0))
        .contains(",model,model_fingerprint,compression,weight_format,answered_at,");
    assertThat(lines.get(1)).contains(",m,0f,\"vtc-cls:layer=16,tokens=144\",int8,2026-");
  }

  @Test
  void theSystemFingerprintIsTheCheckpointsOrAllThree() throws IOException {
    assertThat(systemFingerprint(ModelIdentity.plain("0f"))).isEqualTo("0f");
    assertThat(systemFingerprint(COMPRESSED)).isEqualTo("0f+vtc-cls:layer=16,tokens=144+int8");
  }

  private static String systemFingerprint(ModelIdentity model) throws IOException {
    return new ObjectMapper()
        .readTree(exported(ExportFormat.OPENAI, model))
        .at("/response/body/system_fingerprint")
        .asText();
  }

  private static String exported(ExportFormat format, ModelIdentity model) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RowWriter writer = format.answers("run", out, false);
    StoredAnswer answer =
        new StoredAnswer(
            1,
            "yes",
            "eos",
            new TokenCounts(40, 144, 7),
            new AnswerTimings(0, 0, 0),
            "m",
            model,
            Instant.parse("2026-03-04T05:06:07Z"));
    writer.write(
        new ExportRow(
            1, "a", ImagePrompt.about("a.png", "What?"), Optional.of(answer), Optional.empty()));
    writer.finish();
    return out.toString(StandardCharsets.UTF_8);
  }
}
