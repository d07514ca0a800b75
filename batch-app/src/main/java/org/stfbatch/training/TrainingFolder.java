package org.stfbatch.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.stfbatch.file.WholeFile;
import org.stfbatch.model.checkpoint.DurableFolder;

/**
 * Folder of a training: {@code training.json} holds its settings, {@code log.jsonl} its loss curve,
 * {@code checkpoint-N} the state after N steps, and {@code model} the trained model. One process at
 * a time uses it.
 */
final class TrainingFolder implements AutoCloseable {
  static final String LOG = "log.jsonl";
  static final String MODEL = "model";
  static final String DESCRIPTION = "training.json";

  /** A setting that is not given. */
  static final String NONE = "none";

  private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-\\d{8}");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final FileChannel lock;

  private TrainingFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Opens and locks a new or existing folder.
   *
   * @throws TrainingDataException if another process uses it
   */
  static TrainingFolder open(Path folder) throws IOException {
    Files.createDirectories(folder);
    FileChannel channel =
        FileChannel.open(
            folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!isLocked(channel)) {
      channel.close();
      throw new TrainingDataException(
          "another process trains in " + folder + ": wait for it, or give another --out");
    }
    DurableFolder.deleteUnfinished(folder);
    return new TrainingFolder(folder, channel);
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /**
   * Requires that the folder is new or was begun with these settings. One that a folder does not
   * record, because it is older than the setting, was {@code none}.
   *
   * @param settings by the name that users know
   * @throws TrainingDataException if a setting differs; the message names the first
   */
  void check(Map<String, String> settings) throws IOException {
    if (Files.exists(description())) {
      JsonNode begun = JSON.readTree(description().toFile());
      settings.forEach((name, value) -> requireSame(name, value, begun.path(name).asText(NONE)));
    }
  }

  /** Records the settings, if the training is new. */
  void begin(Map<String, String> settings) throws IOException {
    if (!Files.exists(description())) {
      ObjectNode json = JSON.createObjectNode();
      settings.forEach(json::put);
      byte[] text = json.toPrettyString().getBytes(StandardCharsets.UTF_8);
      WholeFile.write(description(), out -> out.write(text));
    }
  }

  private Path description() {
    return folder.resolve(DESCRIPTION);
  }

  private void requireSame(String name, String value, String begun) {
    if (!value.equals(begun)) {
      throw new TrainingDataException(
          "%s was begun with %s %s, not %s: repeat its command, or give another --out"
              .formatted(folder, name, begun, value));
    }
  }

  /** Returns whether a training in this folder has written its model. */
  static boolean isFinished(Path folder) {
    return Files.exists(folder.resolve(MODEL));
  }

  Path log() {
    return folder.resolve(LOG);
  }

  Path features() {
    return folder.resolve("features");
  }

  /** Returns the folder of the trained model, which need not exist yet. */
  Path model() {
    return folder.resolve(MODEL);
  }

  Path checkpoint(long step) {
    return folder.resolve("checkpoint-%08d".formatted(step));
  }

  /** Returns the last checkpoint. */
  Optional<Path> latest() throws IOException {
    List<Path> all = checkpoints();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /** Deletes the oldest checkpoints, all but {@code count}. */
  void keepNewest(int count) throws IOException {
    List<Path> all = checkpoints();
    for (Path old : all.subList(0, Math.max(0, all.size() - count))) {
      DurableFolder.delete(old);
    }
  }

  private List<Path> checkpoints() throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths
          .filter(path -> CHECKPOINT.matcher(path.getFileName().toString()).matches())
          .sorted()
          .toList();
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
