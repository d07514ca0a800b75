package org.stfbatch.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.TokenizerException;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Mutations;

/** Damaged checkpoint files are rejected by name, or opened; none crashes the program. */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class CheckpointFuzzTest {
  /** Damage after it affects weights, which are not read. */
  private static final int HEAD_BYTES = 64 << 10;

  @TempDir private Path folder;
  private final Mutations mutations = new Mutations();

  @Test
  void everyDamagedCheckpointIsOpenedOrRefused() throws IOException {
    Path torch = copied(Golden.file("checkpoints/tiny"), "torch");
    Path safetensors = folder.resolve("safetensors");
    CheckpointWriter.tiny(1).write(safetensors);
    Optional<Path> tower = Optional.of(Golden.file("checkpoints/clip-tiny"));
    int refused = 0;
    for (int i = 0; i < Mutations.count(); i++) {
      boolean isTorch = i % 2 == 0;
      Path checkpoint = isTorch ? torch : safetensors;
      Path file = anyFile(checkpoint);
      byte[] original = Files.readAllBytes(file);
      Files.write(file, damaged(original));
      try {
        open(checkpoint, isTorch ? tower : Optional.empty());
      } catch (CheckpointException | TokenizerException e) {
        refused++;
        assertThat(e.getMessage()).doesNotContain("Exception", "java.");
      }
      Files.write(file, original);
    }
    assertThat(refused).isBetween(Mutations.count() / 4, Mutations.count() - 1);
  }

  private static void open(Path checkpoint, Optional<Path> tower) {
    LlavaCheckpoint.open(checkpoint, tower);
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint)) {
      tokenizer.decode(tokenizer.encode("What is this 😀?"), true);
    }
  }

  private Path anyFile(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      List<Path> all = files.filter(Files::isRegularFile).sorted().toList();
      return all.get(mutations.below(all.size()));
    }
  }

  private byte[] damaged(byte[] original) {
    if (original.length <= HEAD_BYTES || mutations.below(4) == 0) {
      return mutations.damaged(original);
    }
    byte[] head = mutations.damaged(Arrays.copyOf(original, HEAD_BYTES));
    byte[] damaged = Arrays.copyOf(head, head.length + original.length - HEAD_BYTES);
    System.arraycopy(original, HEAD_BYTES, damaged, head.length, original.length - HEAD_BYTES);
    return damaged;
  }

  private Path copied(Path from, String name) throws IOException {
    Path to = Files.createDirectory(folder.resolve(name));
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }
}
