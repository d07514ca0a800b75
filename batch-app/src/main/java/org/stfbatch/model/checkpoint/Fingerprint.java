package org.stfbatch.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.stfbatch.base.Digests;

/**
 * Fingerprint of a model: a short hash of its configuration, its tokenizer files, and each tensor's
 * name, type, shape and a sample of its bytes. Small tensors are read completely, large ones in a
 * few windows, so that it takes milliseconds instead of the time of reading the checkpoint. File
 * names and the file format have no effect.
 *
 * <p>The hashed text is version 1, see {@link FingerprintText}: a checkpoint has the same
 * fingerprint in every version of the program, so stored answers stay comparable. If hashes ever
 * have to change, those of version 2 start with {@code 2-}; version 1 has no prefix.
 */
final class Fingerprint {

  private static final int WINDOW = 4096;
  private static final int WINDOWS = 4;
  private static final int HEX_DIGITS = 16;
  private static final List<String> TOKENIZER_FILES =
      List.of(
          "tokenizer.model",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json");

  /** Read if there is no {@code tokenizer.model}, which otherwise has the vocabulary. */
  private static final String TOKENIZER_JSON = "tokenizer.json";

  private final MessageDigest digest = Digests.sha256();

  private Fingerprint() {}

  /**
   * @throws CheckpointException naming a file that cannot be read
   */
  static String of(Path directory, LlavaConfig config, Collection<TensorSlice> tensors) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.addText(
        String.join(
            "\n",
            FingerprintText.language(config.language()),
            FingerprintText.vision(config.vision()),
            FingerprintText.fusion(config.fusion()),
            FingerprintText.image(config.image()),
            Integer.toString(config.tokenizerModelMaxLength())));
    TOKENIZER_FILES.forEach(name -> fingerprint.addFile(directory.resolve(name)));
    if (!Files.exists(directory.resolve(TOKENIZER_FILES.get(0)))) {
      fingerprint.addFile(directory.resolve(TOKENIZER_JSON));
    }
    fingerprint.addTensors(tensors);
    return fingerprint.hex();
  }

  /** Returns the fingerprint of the vision tower: its tensors and the settings of its use. */
  static String ofVision(LlavaConfig config, Collection<TensorSlice> tensors) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.addText(
        String.join(
            "\n",
            FingerprintText.vision(config.vision()),
            FingerprintText.hiddenStates(config.fusion()),
            FingerprintText.image(config.image()) + FingerprintText.parts(config.fusion())));
    fingerprint.addTensors(tensors);
    return fingerprint.hex();
  }

  private String hex() {
    return HexFormat.of().formatHex(digest.digest()).substring(0, HEX_DIGITS);
  }

  private void addText(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    digest.update(bytes);
  }

  private void addFile(Path file) {
    try {
      if (Files.isRegularFile(file)) {
        addText(file.getFileName().toString());
        digest.update(Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private void addTensors(Collection<TensorSlice> tensors) {
    for (TensorSlice tensor : tensors) {
      addText(FingerprintText.tensor(tensor));
      try (FileChannel channel = FileChannel.open(tensor.file(), StandardOpenOption.READ)) {
        addSample(tensor, channel);
      } catch (IOException e) {
        throw unreadable(tensor.file(), e);
      }
    }
  }

  private void addSample(TensorSlice tensor, FileChannel channel) throws IOException {
    long length = tensor.byteLength();
    if (length <= (long) WINDOW * WINDOWS) {
      addBytes(tensor, channel, 0, (int) length);
      return;
    }
    for (int i = 0; i < WINDOWS; i++) {
      addBytes(tensor, channel, (length - WINDOW) / (WINDOWS - 1) * i, WINDOW);
    }
  }

  private void addBytes(TensorSlice tensor, FileChannel channel, long from, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, tensor.offset() + from + buffer.position()) < 0) {
        throw new IOException("%s ends inside tensor '%s'".formatted(tensor.file(), tensor.name()));
      }
    }
    digest.update(buffer.flip());
  }

  private static CheckpointException unreadable(Path file, IOException e) {
    return new CheckpointException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
  }
}
