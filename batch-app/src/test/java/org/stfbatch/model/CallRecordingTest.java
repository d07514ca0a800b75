package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.model.TorchModule.Tensor;

final class CallRecordingTest {
  private static final byte[] ARCHIVE = TorchArchive.of("llava");
  private static final float[] EMBEDDING = {1, 2, 3, 4, 5, 6, 7, 8};

  @TempDir private Path folder;

  @Test
  void everyCallIsRecordedWithItsArgumentsAndResult() throws IOException {
    embedSecondToken(true);

    List<JsonNode> calls = calls(1);
    assertThat(calls).extracting(call -> call.get("method").asText()).contains("embed", "draw");
    JsonNode embed = calls.get(calls.size() - 1);
    assertThat(longs(embed.at("/arguments/0/tensor"))).containsExactly(1);
    assertThat(longs(embed.at("/arguments/1/tensor"))).containsExactly(-1);
    assertThat(embed.at("/arguments/2/tensor/shape").toString()).isEqualTo("[0,4]");
    assertThat(embed.at("/result/tensor/dtype").asText()).isEqualTo("float32");
    assertThat(floats(embed.at("/result/tensor"))).containsExactly(5f, 6f, 7f, 8f);
    assertThat(Files.readAllBytes(folder.resolve("module-1/module.pt"))).isEqualTo(ARCHIVE);
  }

  /** Without contents, a recording of a 7B model stays small and can still be timed. */
  @Test
  void contentsOfFloatsCanBeLeftOut() throws IOException {
    embedSecondToken(false);

    JsonNode embed = calls(1).get(calls(1).size() - 1);
    assertThat(longs(embed.at("/arguments/0/tensor"))).containsExactly(1);
    assertThat(embed.at("/result/tensor/shape").toString()).isEqualTo("[1,4]");
    assertThat(embed.at("/result/tensor").has("offset")).isFalse();
  }

  @Test
  void eachModuleGetsAFolderOfItsOwn() throws IOException {
    embedSecondToken(true);
    embedSecondToken(true);

    assertThat(calls(2)).hasSameSizeAs(calls(1));
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThatThrownBy(() -> CallRecording.begin(file, true, ARCHIVE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stfbatch.record: " + file);
  }

  private void embedSecondToken(boolean floats) {
    CallRecording recording = CallRecording.begin(folder, floats, ARCHIVE);
    try (TorchModule module = TorchModule.load(ARCHIVE, Optional.of(recording))) {
      module.call("configure", "cpu", 6, 0);
      module.call("put", "model.embed_tokens.weight", Tensor.float32(EMBEDDING, 2, 4));
      module.call("draw", "model.norm.weight", new long[] {4}, 1.0, 0.0);
      module.call("load_language_model", 1, 1, 1e-5, 1e4, 8);
      module.call(
          "embed",
          Tensor.int64(new int[] {1}),
          Tensor.int64(new int[] {-1}),
          Tensor.float32(new float[0], 0, 4));
    }
  }

  private List<JsonNode> calls(int module) throws IOException {
    List<JsonNode> calls = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("module-" + module + "/calls.jsonl"))) {
      calls.add(new ObjectMapper().readTree(line));
    }
    return calls;
  }

  private long[] longs(JsonNode tensor) throws IOException {
    long[] values = new long[tensor.at("/shape/0").asInt()];
    contents(tensor).asLongBuffer().get(values);
    return values;
  }

  private float[] floats(JsonNode tensor) throws IOException {
    float[] values = new float[tensor.at("/shape/0").asInt() * tensor.at("/shape/1").asInt()];
    contents(tensor).asFloatBuffer().get(values);
    return values;
  }

  private ByteBuffer contents(JsonNode tensor) throws IOException {
    byte[] all = Files.readAllBytes(folder.resolve("module-1/tensors.bin"));
    return ByteBuffer.wrap(all)
        .order(ByteOrder.LITTLE_ENDIAN)
        .position(tensor.get("offset").asInt())
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
