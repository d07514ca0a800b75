package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.stfbatch.model.checkpoint.SafetensorsWriter.Data;

/**
 * Writes a changed checkpoint in the Hugging Face layout, complete in one folder: {@code
 * config.json}, the weights as safetensors, the tokenizer's files as the base has them, and the
 * vision tower in a folder of its own.
 */
public final class LlavaCheckpointWriter {
  private static final String TOWER = "vision-tower";
  private static final String TOWER_PREFIX = "vision_model.";
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> COPIED =
      List.of(
          "tokenizer.model",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "generation_config.json");

  private final LlavaCheckpoint base;
  private final DType dtype;

  /**
   * @param base gives everything that does not change; its files must still be there
   * @param dtype FLOAT32: changed tensors are exact, others stay as they are in the base; BFLOAT16:
   *     all tensors of 32 bits are rounded
   */
  public LlavaCheckpointWriter(LlavaCheckpoint base, DType dtype) {
    if (dtype != DType.FLOAT32 && dtype != DType.BFLOAT16) {
      throw new IllegalArgumentException("checkpoints are written in float32 or bfloat16");
    }
    this.base = base;
    this.dtype = dtype;
  }

  /**
   * Writes into an empty folder.
   *
   * @param changed the new values of a tensor, by the name {@link LlavaCheckpoint#tensors} has for
   *     it, asked for when its turn has come; empty if it is the base's
   */
  public void write(Path folder, Function<String, Optional<Supplier<float[]>>> changed)
      throws IOException {
    Map<String, Data> model = new LinkedHashMap<>();
    Map<String, Data> tower = new LinkedHashMap<>();
    for (TensorSlice slice : base.tensors().values()) {
      Data data = data(slice, changed.apply(slice.name()));
      (slice.name().startsWith(TOWER_PREFIX) ? tower : model).put(slice.name(), data);
    }
    Path towerFolder = Files.createDirectory(folder.resolve(TOWER));
    SafetensorsWriter.write(folder.resolve(WEIGHTS), model);
    SafetensorsWriter.write(towerFolder.resolve(WEIGHTS), tower);
    writeJson(folder.resolve(CONFIG), config());
    writeJson(towerFolder.resolve(CONFIG), towerConfig());
    writeJson(towerFolder.resolve("preprocessor_config.json"), preprocessorConfig());
    for (String name : COPIED) {
      if (Files.exists(base.directory().resolve(name))) {
        Files.copy(base.directory().resolve(name), folder.resolve(name));
      }
    }
  }

  private Data data(TensorSlice slice, Optional<Supplier<float[]>> changed) {
    boolean exact = changed.isPresent() ? dtype == DType.FLOAT32 : !isRounded(slice);
    if (changed.isEmpty() && exact) {
      return SafetensorsWriter.copy(slice);
    }
    Supplier<float[]> values = changed.orElse(() -> floats(slice));
    return exact
        ? SafetensorsWriter.float32(slice.shape(), values)
        : SafetensorsWriter.bfloat16(slice.shape(), values);
  }

  private boolean isRounded(TensorSlice slice) {
    return dtype == DType.BFLOAT16 && slice.dtype() == DType.FLOAT32;
  }

  private static float[] floats(TensorSlice slice) {
    float[] values = new float[Math.toIntExact(slice.elementCount())];
    try (FileChannel in = FileChannel.open(slice.file(), StandardOpenOption.READ)) {
      ByteBuffer bytes =
          in.map(FileChannel.MapMode.READ_ONLY, slice.offset(), slice.byteLength())
              .order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().get(values);
      return values;
    } catch (IOException e) {
      throw new CheckpointException("cannot read " + slice.file() + ": " + e.getMessage(), e);
    }
  }

  private static void writeJson(Path file, ObjectNode json) throws IOException {
    Files.writeString(file, json.toPrettyString() + "\n");
  }

  private ObjectNode config() throws IOException {
    if (!(JSON.readTree(base.directory().resolve(CONFIG).toFile()) instanceof ObjectNode config)) {
      throw new CheckpointException(base.directory().resolve(CONFIG) + " is no JSON object");
    }
    config.remove("dtype");
    return config
        .put("mm_vision_tower", TOWER)
        .put("mm_hidden_size", base.config().vision().hiddenSize())
        .put("image_aspect_ratio", base.config().image().aspect())
        .put("tie_word_embeddings", false)
        .put("torch_dtype", dtype.torchName());
  }

  private ObjectNode towerConfig() {
    ClipVisionConfig vision = base.config().vision();
    ObjectNode config = JSON.createObjectNode();
    config.putArray("architectures").add("CLIPVisionModel");
    return config
        .put("model_type", "clip_vision_model")
        .put("hidden_size", vision.hiddenSize())
        .put("intermediate_size", vision.intermediateSize())
        .put("num_hidden_layers", vision.numHiddenLayers())
        .put("num_attention_heads", vision.numAttentionHeads())
        .put("image_size", vision.imageSize())
        .put("patch_size", vision.patchSize())
        .put("layer_norm_eps", vision.layerNormEps())
        .put("hidden_act", vision.hiddenAct())
        .put("torch_dtype", dtype.torchName());
  }

  private ObjectNode preprocessorConfig() {
    ImageProcessing image = base.config().image();
    ObjectNode config = JSON.createObjectNode();
    config
        .put("image_processor_type", "CLIPImageProcessor")
        .put("do_convert_rgb", true)
        .put("do_resize", true)
        .put("do_center_crop", true)
        .put("do_rescale", true)
        .put("do_normalize", true)
        .put("resample", 3)
        .put("rescale_factor", 1 / 255.0);
    config.putObject("size").put("shortest_edge", image.size());
    config.putObject("crop_size").put("height", image.size()).put("width", image.size());
    putChannels(config.putArray("image_mean"), image.mean());
    putChannels(config.putArray("image_std"), image.std());
    return config;
  }

  private static void putChannels(ArrayNode array, List<Double> values) {
    values.forEach(array::add);
  }
}
