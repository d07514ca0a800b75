package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.testing.Golden;

/** Output of {@code model trace} with vision token compression. */
final class ModelTraceTest {
  private static final Path LLAVA = Golden.file("checkpoints/small-llava15");

  @TempDir private Path folder;

  @Test
  void keptPatchesAndTheirScoresAreWritten() throws IOException {
    Path out = folder.resolve("trace.safetensors");

    String said = Cli.with().ok(trace(LLAVA, out, "vtc-cls:tokens=64"));

    assertThat(said).contains("vision_tokens, score, logits, kept, input_ids");
    JsonNode header = header(out);
    assertThat(header.at("/kept/dtype").asText()).isEqualTo("I64");
    assertThat(header.at("/kept/shape").toString()).isEqualTo("[64]");
    assertThat(header.at("/score/dtype").asText()).isEqualTo("F32");
    assertThat(header.at("/score/shape").toString()).isEqualTo("[576]");
    assertThat(header.at("/vision_tokens/shape").toString()).isEqualTo("[64,128]");
  }

  @Test
  void aTextOnlyPromptIsNotCompressed() throws IOException {
    Path out = folder.resolve("trace.safetensors");

    Cli.with()
        .ok(
            "model",
            "trace",
            "--model",
            LLAVA,
            "--prompt",
            "Why?",
            "--out",
            out,
            "--compress",
            "prumerge");

    assertThat(header(out).has("kept")).isFalse();
    assertThat(header(out).at("/logits/shape").toString()).isEqualTo("[1000]");
  }

  @Test
  void whatIsUndefinedForTheCheckpointIsSaidBeforeAnythingIsWritten() {
    Path out = folder.resolve("trace.safetensors");

    Cli.with()
        .run(trace(Tiny.checkpoint(), out, "prumerge"))
        .complainsInOneLine(
            2, "prumerge needs LLaVA-1.5's projector", "use fastv, llavolta or yopo");
    Cli.with()
        .run(trace(LLAVA, out, "vtc-cls:layer=23"))
        .complainsInOneLine(2, "leaves no block to read", "choose layer=0 to 22");
    assertThat(out).doesNotExist();
  }

  private static Object[] trace(Path model, Path out, String spec) {
    return new Object[] {
      "model",
      "trace",
      "--model",
      model,
      "--image",
      Golden.file("images/gray.png"),
      "--prompt",
      "What?",
      "--out",
      out,
      "--compress",
      spec
    };
  }

  private static JsonNode header(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = Math.toIntExact(bytes.getLong());
    String json = new String(bytes.array(), Long.BYTES, length, StandardCharsets.UTF_8);
    return new ObjectMapper().readTree(json);
  }
}
