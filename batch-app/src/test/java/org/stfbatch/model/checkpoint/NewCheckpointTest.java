package org.stfbatch.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.model.checkpoint.NewCheckpoint.Vocabulary;
import org.stfbatch.testing.Golden;

class NewCheckpointTest {
  private static final Path TOKENIZER = Golden.file("checkpoints/tiny");
  private static final Vocabulary VOCABULARY = new Vocabulary(1000, 1, 2);
  private static final ModelSizes SIZES = new ModelSizes(32, 8, 4, 56, 64, 96, 2, 4, 256);

  @TempDir private Path folder;

  @Test
  void aNewModelIsWholeAndHasWhatItWasAskedFor() throws IOException {
    LlavaConfig config = fresh("new", "mbtf+stf", 1).config();

    assertThat(config.fusion())
        .isEqualTo(
            new FusionConfig(List.of(8, 7, 6, 5, 4, 3, 2, 1), true, SpatialFusion.CONCAT, false));
    assertThat(config.visionTokens()).isEqualTo(4);
    assertThat(config.language()).isEqualTo(SIZES.language(VOCABULARY));
    assertThat(config.vision()).isEqualTo(SIZES.vision());
    assertThat(folder.resolve("new/tokenizer.model"))
        .hasSameBinaryContentAs(TOKENIZER.resolve("tokenizer.model"));
  }

  @Test
  void weightsDependOnTheSeedAlone() throws IOException {
    assertThat(fresh("one", "stf", 1).fingerprint())
        .isEqualTo(fresh("again", "stf", 1).fingerprint())
        .isNotEqualTo(fresh("other", "stf", 2).fingerprint());
  }

  @Test
  void newProjectorsLeaveTowerAndLanguageModelAsTheyAre() throws IOException {
    LlavaCheckpoint source = fresh("source", "mbtf+stf", 1);
    NewCheckpoint.withProjectors(source, FusionVariant.named("avgpool"), 2)
        .write(folder.resolve("pooled"));
    LlavaCheckpoint pooled = open("pooled");

    assertThat(pooled.config().fusion().spatial()).isEqualTo(SpatialFusion.AVERAGE);
    assertThat(pooled.config().fusion().hiddenStates()).containsExactly(8);
    Set<String> kept = new TreeSet<>(source.tensors().keySet());
    kept.removeIf(name -> name.startsWith("model.mm_projector"));
    for (String name : kept) {
      assertThat(bytes(pooled.tensors().get(name)))
          .as(name)
          .isEqualTo(bytes(source.tensors().get(name)));
    }
  }

  @Test
  void whatCannotBeMadeLeavesNothing() {
    assertThatThrownBy(
            () ->
                NewCheckpoint.ofSizes(SIZES, folder, VOCABULARY, FusionVariant.named("stf"), 1)
                    .write(folder.resolve("new")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("holds no tokenizer.model");
    assertThatThrownBy(() -> fresh("new", "stf:k3e1", 1))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("multiple of 3");
    assertThat(folder.resolve("new")).doesNotExist();
  }

  private LlavaCheckpoint fresh(String name, String variant, long seed) throws IOException {
    NewCheckpoint.ofSizes(SIZES, TOKENIZER, VOCABULARY, FusionVariant.named(variant), seed)
        .write(folder.resolve(name));
    return open(name);
  }

  private LlavaCheckpoint open(String name) {
    return LlavaCheckpoint.open(folder.resolve(name), Optional.empty());
  }

  private static byte[] bytes(TensorSlice slice) throws IOException {
    byte[] file = Files.readAllBytes(slice.file());
    int start = Math.toIntExact(slice.offset());
    return Arrays.copyOfRange(file, start, start + Math.toIntExact(slice.byteLength()));
  }
}
