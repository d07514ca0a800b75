package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.stfbatch.file.LfsPointer;

/**
 * Reader of the weight files of a folder, in transformers' order of preference: safetensors first,
 * a single file before shards.
 */
final class WeightFolder {

  private static final String PROJECTOR_ONLY = "mm_projector.bin";
  private static final String ADAPTER_CONFIG = "adapter_config.json";
  private static final String INDEX_SUFFIX = ".index.json";
  private static final String SAFETENSORS_SUFFIX = ".safetensors";

  private static final Pattern FILE_NAME = Pattern.compile("\\w[\\w.-]*");

  private static final List<String> CANDIDATES =
      List.of(
          "model.safetensors",
          "model.safetensors" + INDEX_SUFFIX,
          "pytorch_model.bin",
          "pytorch_model.bin" + INDEX_SUFFIX);

  private WeightFolder() {}

  /**
   * Returns all tensors of the folder's weight files.
   *
   * @throws CheckpointException naming the missing or damaged file
   */
  static SortedMap<String, TensorSlice> read(Path folder) {
    for (String name : CANDIDATES) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        return name.endsWith(INDEX_SUFFIX) ? readShards(folder, file) : readFile(file);
      }
    }
    throw noWeights(folder);
  }

  private static CheckpointException noWeights(Path folder) {
    if (Files.exists(folder.resolve(PROJECTOR_ONLY))) {
      return new CheckpointException(
          "%s holds only projector weights (%s of the pre-training stage): give the fine-tuned checkpoint's folder"
              .formatted(folder, PROJECTOR_ONLY));
    }
    if (Files.exists(folder.resolve(ADAPTER_CONFIG))) {
      return new CheckpointException(
          "%s holds only LoRA weights (%s): merge them into the base model first"
              .formatted(folder, ADAPTER_CONFIG));
    }
    return new CheckpointException(
        "%s holds no weights: one of %s is needed"
            .formatted(folder, String.join(", ", CANDIDATES)));
  }

  private static SortedMap<String, TensorSlice> readFile(Path file) {
    try {
      if (LfsPointer.is(file)) {
        throw new CheckpointException(LfsPointer.complaint(file));
      }
      return file.getFileName().toString().endsWith(SAFETENSORS_SUFFIX)
          ? SafetensorsFile.read(file)
          : TorchFile.read(file);
    } catch (MalformedFileException e) {
      throw new CheckpointException("%s cannot be used: %s".formatted(file, e.getMessage()), e);
    } catch (IOException e) {
      throw new CheckpointException(
          "%s is damaged, cut off or unreadable (%s): copy it from the original checkpoint again"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static SortedMap<String, TensorSlice> readShards(Path folder, Path index) {
    JsonNode weightMap = JsonSettings.read(index).node("weight_map");
    if (!weightMap.isObject() || weightMap.isEmpty()) {
      throw new CheckpointException("%s has no weight_map: copy the file again".formatted(index));
    }
    Map<String, SortedMap<String, TensorSlice>> shards = new HashMap<>();
    SortedMap<String, TensorSlice> tensors = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : weightMap.properties()) {
      String shard = entry.getValue().asText();
      TensorSlice tensor =
          shards
              .computeIfAbsent(shard, name -> readFile(shardFile(folder, index, name)))
              .get(entry.getKey());
      if (tensor == null) {
        throw new CheckpointException(
            "%s: tensor '%s' is not in it, though %s says so; copy both files again"
                .formatted(folder.resolve(shard), entry.getKey(), index.getFileName()));
      }
      tensors.put(entry.getKey(), tensor);
    }
    shards.values().forEach(shard -> shard.forEach(tensors::putIfAbsent));
    return tensors;
  }

  private static Path shardFile(Path folder, Path index, String name) {
    if (!FILE_NAME.matcher(name).matches()) {
      throw new CheckpointException(
          "%s names the shard '%s', which is no file name".formatted(index, name));
    }
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(
          "%s is missing, though %s names it: copy it from the original checkpoint"
              .formatted(file, index.getFileName()));
    }
    return file;
  }
}
