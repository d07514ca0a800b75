package org.stfbatch.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordedCheckpointTest {

  @Test
  void readsTheConfiguration() {
    LlavaConfig config = open("tiny").config();

    assertThat(config.language())
        .isEqualTo(new LlamaConfig(1000, 64, 128, 3, 4, 4, 1e-5, 10_000, 4096, 1, 2));
    assertThat(config.vision())
        .isEqualTo(new ClipVisionConfig(32, 64, 24, 4, 56, 14, 1e-5, "quick_gelu"));
    assertThat(config.fusion())
        .isEqualTo(
            new FusionConfig(
                List.of(23, 21, 18, 15, 12, 9, 6, 3), true, SpatialFusion.CONCAT, false));
    assertThat(config.image())
        .isEqualTo(
            new ImageProcessing(
                56,
                List.of(0.48145466, 0.4578275, 0.40821073),
                List.of(0.26862954, 0.26130258, 0.27577711),
                "pad"));
    assertThat(config.tokenizerModelMaxLength()).isEqualTo(2048);
    assertThat(config.torchDtype()).isEqualTo("float32");
    assertThat(config.visionTokens()).isEqualTo(4);
  }

  @Test
  void namesTensorsAsInTheirOwnFolders() {
    assertThat(open("tiny").tensors())
        .hasSize(3 * 9 + 3 + 8 + 5 + 24 * 16)
        .containsKeys(
            "model.embed_tokens.weight",
            "model.layers.2.mlp.down_proj.weight",
            "lm_head.weight",
            "model.mm_projector_crosslayer.2.bias",
            "model.mm_projector.0.weight",
            "vision_model.embeddings.class_embedding",
            "vision_model.pre_layrnorm.bias",
            "vision_model.encoder.layers.23.self_attn.out_proj.weight")
        .allSatisfy((name, tensor) -> assertThat(tensor.name()).isEqualTo(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-sharded", "tiny-safetensors", "tiny-bf16-safetensors"})
  void everyFormatHoldsTheSameValues(String name) throws IOException {
    LlavaCheckpoint reference = open("tiny");
    LlavaCheckpoint other = open(name);

    assertThat(other.tensors().keySet()).isEqualTo(reference.tensors().keySet());
    for (TensorSlice tensor : reference.tensors().values()) {
      TensorSlice same = other.tensors().get(tensor.name());
      assertThat(same.shape()).as(tensor.name()).isEqualTo(tensor.shape());
      assertThat(RecordedCheckpoints.values(same))
          .as(tensor.name())
          .isEqualTo(RecordedCheckpoints.values(tensor));
    }
  }

  @Test
  void theTowersFolderWinsOverTheCopyInside() {
    assertThat(open("tiny").tensors().get("vision_model.embeddings.class_embedding").file())
        .isEqualTo(RecordedCheckpoints.folder("clip-tiny").resolve("pytorch_model.bin"));
  }

  @Test
  void readsATowerInsideAWholeClipModel() {
    LlavaConfig config = open("small").config();

    assertThat(config.vision())
        .isEqualTo(new ClipVisionConfig(64, 128, 24, 4, 336, 14, 1e-5, "quick_gelu"));
    assertThat(config.image().size()).isEqualTo(336);
    assertThat(config.visionTokens()).isEqualTo(144);
    assertThat(open("small").tensors().keySet())
        .noneMatch(name -> name.contains("text_model") || name.contains("position_ids"));
  }

  @Test
  void recognisesLlava15() {
    LlavaConfig config = open("small-llava15").config();

    assertThat(config.fusion())
        .isEqualTo(new FusionConfig(List.of(23), false, SpatialFusion.NONE, false));
    assertThat(config.visionTokens()).isEqualTo(576);
  }

  @Test
  void projectorWeightsAloneAreNoModel() {
    assertThatThrownBy(() -> open("tiny-pretrain"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("only projector weights")
        .hasMessageContaining("mm_projector.bin");
  }

  @ParameterizedTest
  @CsvSource({
    "tiny, tiny-safetensors, true",
    "tiny-sharded, tiny-sharded, true",
    "tiny, tiny-sharded, false",
    "tiny, small, false"
  })
  void theFingerprintTellsModelsApartButNotFiles(String one, String other, boolean same) {
    assertThat(open(one).fingerprint()).matches("[0-9a-f]{16}");
    assertThat(open(one).fingerprint().equals(open(other).fingerprint())).isEqualTo(same);
  }

  @Test
  void theTowerMayBeGiven(@TempDir Path folder) throws IOException {
    Path alone = RecordedCheckpoints.copy("tiny", folder);

    assertThat(
            LlavaCheckpoint.open(alone, Optional.of(RecordedCheckpoints.folder("clip-tiny")))
                .fingerprint())
        .isEqualTo(open("tiny").fingerprint());
    assertThatThrownBy(() -> LlavaCheckpoint.open(alone, Optional.of(folder.resolve("nowhere"))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("nowhere");
    assertThatThrownBy(
            () ->
                LlavaCheckpoint.open(alone, Optional.of(RecordedCheckpoints.folder("clip-small"))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("mm_hidden_size");
  }

  private static LlavaCheckpoint open(String name) {
    return LlavaCheckpoint.open(RecordedCheckpoints.folder(name), Optional.empty());
  }
}
