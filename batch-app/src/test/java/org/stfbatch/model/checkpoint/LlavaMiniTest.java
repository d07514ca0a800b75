package org.stfbatch.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.compression.CompressionStrategy;

/** LLaVA-Mini's checkpoints: how they are recognized, refused and created. */
final class LlavaMiniTest {
  private static final LlamaConfig LANGUAGE =
      new LlamaConfig(1000, 64, 128, 2, 4, 4, 1e-5, 10_000, 4096, 1, 2);
  private static final ClipVisionConfig VISION = CheckpointWriter.tinyVision();

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "llava-mini, 1, '(compressor 1x1, 4 pre-fusion layers)'",
    "llava-mini:c2, 4, '(compressor 2x2, 4 pre-fusion layers)'",
    "llava-mini:c3p1, 9, '(compressor 3x3, 1 pre-fusion layers)'"
  })
  void aCheckpointSaysItsSizes(String name, int tokens, String words) throws IOException {
    LlavaConfig config = written(name, writer -> {}).config();

    assertThat(config.visionTokens()).isEqualTo(tokens);
    assertThat(config.fusion().describe()).isEqualTo("LLaVA-Mini " + words);
    assertThat(config.fusion().hiddenStates()).containsExactly(23);
  }

  @Test
  void sizesWithoutSettingsAreThoseOfTheTensorsAndTheResolutionTheAuthors() throws IOException {
    LlavaConfig config =
        written(
                "llava-mini:c2p3",
                writer ->
                    writer
                        .settings()
                        .put("model_type", "llava_llama")
                        .remove(
                            List.of("compressor_size", "prefusion_layer_num", "resolution_ratio")))
            .config();

    assertThat(config.fusion().mini()).contains(new LlavaMini(2, 3, 2));
    assertThat(config.fusion().describe()).endsWith("3 pre-fusion layers, 5 parts per image)");
    assertThat(config.fusion().patches(VISION)).isEqualTo(5 * 16);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llava-mini:", "llava-mini:c0", "llava-mini:p2", "llava-mini:c2p0"})
  void otherSizesAreRefused(String name) {
    assertThatThrownBy(() -> FusionVariant.named(name)).hasMessageContaining("llava-mini:c2p4");
  }

  @Test
  void settingsAndTensorsMustFit() {
    assertRefused(writer -> writer.settings().put("compressor_size", 3))
        .hasMessageContaining("compressor_size is 3")
        .hasMessageContaining("'model.compressor.query' has 4 rows");
    assertRefused(writer -> writer.settings().put("prefusion_layer_num", 4))
        .hasMessageContaining("prefusion_layer_num is 4")
        .hasMessageContaining("model.prefusion_layers.")
        .hasMessageContaining("2 layers");
    assertRefused(writer -> writer.settings().put("mm_spatial_fusion", "average"))
        .hasMessageContaining("mm_spatial_fusion");
    assertRefused(writer -> writer.tensors().put("model.compressor.query", List.of(5L, 32L)))
        .hasMessageContaining("'model.compressor.query' has shape [5, 32]");
    assertRefused(writer -> writer.tensors().remove("model.compressor.query"))
        .hasMessageContaining("'model.compressor.query' is missing");
    assertRefused(writer -> writer.tensors().remove("model.compressor.ln_kv.bias"))
        .hasMessageContaining("'model.compressor.ln_kv.bias'");
    assertRefused(writer -> writer.tensors().remove("model.prefusion_layers.1.mlp.up_proj.weight"))
        .hasMessageContaining("'model.prefusion_layers.1.mlp.up_proj.weight'");
    assertRefused(
            writer -> writer.tensors().keySet().removeIf(name -> name.contains("prefusion_layers")))
        .hasMessageContaining("'model.prefusion_layers.0.input_layernorm.weight' is missing");
    assertRefused(LlavaMiniTest::renameLayerOne)
        .hasMessageContaining("'model.prefusion_layers.2.")
        .hasMessageContaining("none of 'model.prefusion_layers.1.*'");
    assertRefused(writer -> writer.settings().put("mm_projector_type", "tokenpacker"))
        .hasMessageContaining("set mm_projector_type to mlp2x_gelu");
    assertRefused(writer -> writer.tensors().put("model.mm_projector.0.weight", List.of(64L, 128L)))
        .hasMessageContaining("model.mm_projector.0.weight");
  }

  private static void renameLayerOne(CheckpointWriter writer) {
    for (String name : List.copyOf(writer.tensors().keySet())) {
      if (name.contains("prefusion_layers.1.")) {
        List<Long> shape = writer.tensors().remove(name);
        writer.tensors().put(name.replace("layers.1.", "layers.2."), shape);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"fastv:layer=1,keep=1", "llavolta:layer=1,stride=2", "yopo", "vtc-cls:tokens=1"})
  void compressionIsRefused(String strategy) throws IOException {
    LlavaConfig config = written("llava-mini:c2p2", writer -> {}).config();

    assertThatThrownBy(() -> CompressionStrategy.parse(strategy).check(config.shape()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("LLaVA-Mini");
    CompressionStrategy.parse("none").check(config.shape());
  }

  @Test
  void aNewOneBeginsWithTheLayersOfItsLanguageModel() throws IOException {
    LlavaCheckpoint source = written("plain", writer -> {});
    Path target = folder.resolve("new");

    NewCheckpoint.withProjectors(source, FusionVariant.named("llava-mini:c2p3"), 7).write(target);

    LlavaCheckpoint made = LlavaCheckpoint.open(target, Optional.empty());
    assertThat(made.config().fusion().mini()).contains(new LlavaMini(2, 3, 1));
    assertThat(made.layout()).isEqualTo("LLaVA-Mini (LlavaMiniLlamaForCausalLM)");
    assertThat(bytes(made, "model.prefusion_layers.1.self_attn.v_proj.weight"))
        .isEqualTo(bytes(source, "model.layers.1.self_attn.v_proj.weight"));
    // The language model has two layers.
    assertThat(bytes(made, "model.prefusion_layers.2.mlp.down_proj.weight"))
        .isEqualTo(bytes(source, "model.layers.1.mlp.down_proj.weight"));
  }

  private static byte[] bytes(LlavaCheckpoint checkpoint, String name) throws IOException {
    TensorSlice slice = checkpoint.tensors().get(name);
    byte[] all = Files.readAllBytes(slice.file());
    byte[] found = new byte[Math.toIntExact(slice.byteLength())];
    System.arraycopy(all, Math.toIntExact(slice.offset()), found, 0, found.length);
    return found;
  }

  @Test
  void positionsAreSinesAndCosinesOfColumnAndRow() {
    float[] table = SinePositions.of(4, 8);

    assertThat(vector(table, 0)).containsExactly(0, 0, 1, 1, 0, 0, 1, 1);
    float[] right = vector(table, 1);
    float[] below = vector(table, 2);
    float[] turn = {
      (float) Math.sin(1), (float) Math.sin(0.01), (float) Math.cos(1), (float) Math.cos(0.01)
    };
    for (int i = 0; i < 4; i++) {
      assertThat(right[i]).isEqualTo(turn[i]);
      assertThat(below[4 + i]).isEqualTo(turn[i]);
      assertThat(right[4 + i]).isEqualTo(table[4 + i]);
      assertThat(below[i]).isEqualTo(table[i]);
    }
  }

  private static float[] vector(float[] table, int position) {
    float[] found = new float[8];
    IntStream.range(0, 8).forEach(i -> found[i] = table[8 * position + i]);
    return found;
  }

  private AbstractThrowableAssert<?, ?> assertRefused(Consumer<CheckpointWriter> change) {
    return assertThatThrownBy(() -> written("llava-mini:c2p2", change))
        .isInstanceOf(CheckpointException.class);
  }

  /** Writes a checkpoint and opens it. */
  private LlavaCheckpoint written(String name, Consumer<CheckpointWriter> change)
      throws IOException {
    FusionVariant variant = FusionVariant.named(name);
    Map<String, List<Long>> tensors = new LinkedHashMap<>(variant.tensors(VISION, LANGUAGE));
    CheckpointWriter writer = new CheckpointWriter(LANGUAGE, VISION, tensors);
    variant.settings().forEach((key, value) -> writer.settings().putPOJO(key, value));
    change.accept(writer);
    Path target = Files.createTempDirectory(folder, "mini");
    writer.write(target);
    return LlavaCheckpoint.open(target, Optional.empty());
  }
}
