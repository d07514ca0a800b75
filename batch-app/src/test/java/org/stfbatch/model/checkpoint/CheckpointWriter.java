package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes LLaVA checkpoints of any shape with random bfloat16 weights: for tests of loading and
 * speed, where the answers do not matter. Data is streamed, so the 7B shape takes as long as the
 * disk needs for 13.5 GB and hardly any memory.
 *
 * <p>From the command line: {@code CheckpointWriter DIR 7b|tiny [--layers N]}.
 */
public final class CheckpointWriter {

  static final String TOWER = "clip-tower";

  private static final String DTYPE = "BF16";
  private static final long SHARD_BYTES = 5_000_000_000L;
  private static final List<String> TOKENIZER_FILES =
      List.of(
          "tokenizer.model",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "generation_config.json");

  private final LlamaConfig language;
  private final ClipVisionConfig vision;
  private final Map<String, List<Long>> tensors;
  private final ObjectNode config;

  CheckpointWriter(
      LlamaConfig language, ClipVisionConfig vision, Map<String, List<Long>> projectors) {
    this.language = language;
    this.vision = vision;
    this.tensors = new LinkedHashMap<>(ExpectedTensors.language(language));
    this.tensors.putAll(projectors);
    this.config = config();
  }

  /** Returns the shapes of the released model, with this number of decoder layers. */
  static CheckpointWriter sevenB(int layers) {
    LlamaConfig language =
        new LlamaConfig(32_000, 4096, 11_008, layers, 32, 32, 1e-5, 10_000, 4096, 1, 2);
    ClipVisionConfig vision = ClipVisionConfig.LARGE_336;
    return new CheckpointWriter(language, vision, Projectors.released(vision, language, 8));
  }

  /** Returns shapes that are small enough for any test. */
  static CheckpointWriter tiny(int layers) {
    LlamaConfig language = new LlamaConfig(1000, 64, 128, layers, 4, 4, 1e-5, 10_000, 4096, 1, 2);
    ClipVisionConfig vision = tinyVision();
    return new CheckpointWriter(language, vision, Projectors.released(vision, language, 8));
  }

  static ClipVisionConfig tinyVision() {
    return new ClipVisionConfig(32, 64, 24, 4, 56, 14, 1e-5, "quick_gelu");
  }

  /** Returns the model's tensors, modifiable before writing. */
  Map<String, List<Long>> tensors() {
    return tensors;
  }

  /** Returns the settings of config.json, modifiable before writing. */
  ObjectNode settings() {
    return config;
  }

  public static void main(String[] args) throws IOException {
    int layers = args.length == 4 && args[2].equals("--layers") ? Integer.parseInt(args[3]) : 0;
    boolean large = args.length >= 2 && args[1].equals("7b");
    if (args.length < 2 || !(large || args[1].equals("tiny")) || (args.length > 2 && layers < 1)) {
      System.err.println("usage: CheckpointWriter DIR 7b|tiny [--layers N]");
      System.exit(2);
    }
    CheckpointWriter writer =
        large ? sevenB(layers > 0 ? layers : 32) : tiny(layers > 0 ? layers : 3);
    long start = System.nanoTime();
    writer.write(Path.of(args[0]), new RandomWeights());
    System.out.printf("written to %s in %.1f s%n", args[0], (System.nanoTime() - start) / 1e9);
  }

  /** Writes the checkpoint with random weights. */
  void write(Path directory) throws IOException {
    write(directory, new RandomWeights());
  }

  /** Writes sparse files of the right size that contain zeros. */
  void writeSparse(Path directory) throws IOException {
    write(directory, SafetensorsFixture.SPARSE);
  }

  private void write(Path directory, SafetensorsFixture.Data data) throws IOException {
    Files.createDirectories(directory);
    writeShards(directory, data);
    Files.writeString(directory.resolve("config.json"), config.toPrettyString());
    copyTokenizer(directory);
    writeTower(directory.resolve(TOWER), data);
  }

  private void writeShards(Path directory, SafetensorsFixture.Data data) throws IOException {
    List<Map<String, List<Long>>> shards = shards();
    ObjectNode index = new ObjectMapper().createObjectNode();
    long total = tensors.values().stream().mapToLong(s -> 2 * Shapes.elementCount(s)).sum();
    index.putObject("metadata").put("total_size", total);
    ObjectNode weightMap = index.putObject("weight_map");
    for (int i = 0; i < shards.size(); i++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      shards.get(i).keySet().forEach(tensor -> weightMap.put(tensor, name));
      SafetensorsFixture.write(directory.resolve(name), shards.get(i), DTYPE, data);
    }
    Files.writeString(directory.resolve("model.safetensors.index.json"), index.toPrettyString());
  }

  private List<Map<String, List<Long>>> shards() {
    List<Map<String, List<Long>>> shards = new ArrayList<>();
    long free = 0;
    for (Map.Entry<String, List<Long>> tensor : tensors.entrySet()) {
      long bytes = 2 * Shapes.elementCount(tensor.getValue());
      if (shards.isEmpty() || bytes > free) {
        shards.add(new LinkedHashMap<>());
        free = SHARD_BYTES;
      }
      shards.get(shards.size() - 1).put(tensor.getKey(), tensor.getValue());
      free -= bytes;
    }
    return shards;
  }

  private ObjectNode config() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.putArray("architectures").add("LlavaLlamaForCausalLM");
    return json.put("model_type", "llava_llama")
        .put("vocab_size", language.vocabSize())
        .put("hidden_size", language.hiddenSize())
        .put("intermediate_size", language.intermediateSize())
        .put("num_hidden_layers", language.numHiddenLayers())
        .put("num_attention_heads", language.numAttentionHeads())
        .put("num_key_value_heads", language.numKeyValueHeads())
        .put("rms_norm_eps", language.rmsNormEps())
        .put("rope_theta", language.rope().theta())
        .put("max_position_embeddings", language.maxPositionEmbeddings())
        .put("bos_token_id", language.bosTokenId())
        .put("eos_token_id", language.eosTokenIds().get(0))
        .put("hidden_act", "silu")
        .put("image_aspect_ratio", "pad")
        .put("mm_hidden_size", vision.hiddenSize())
        .put("mm_projector_type", "mlp2x_gelu")
        .put("mm_vision_select_feature", "patch")
        .put("mm_vision_select_layer", -2)
        .put("mm_vision_tower", TOWER)
        .put("tie_word_embeddings", false)
        .put("tokenizer_model_max_length", 2048)
        .put("torch_dtype", "bfloat16");
  }

  private static void copyTokenizer(Path directory) throws IOException {
    for (String name : TOKENIZER_FILES) {
      try (InputStream file =
          CheckpointWriter.class.getResourceAsStream("/golden/checkpoints/tiny/" + name)) {
        Files.copy(file, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private void writeTower(Path directory, SafetensorsFixture.Data data) throws IOException {
    Files.createDirectories(directory);
    SafetensorsFixture.write(
        directory.resolve("model.safetensors"), ExpectedTensors.vision(vision), DTYPE, data);
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("model_type", "clip_vision_model")
        .put("hidden_size", vision.hiddenSize())
        .put("intermediate_size", vision.intermediateSize())
        .put("num_hidden_layers", vision.numHiddenLayers())
        .put("num_attention_heads", vision.numAttentionHeads())
        .put("image_size", vision.imageSize())
        .put("patch_size", vision.patchSize())
        .put("layer_norm_eps", vision.layerNormEps())
        .put("hidden_act", vision.hiddenAct());
    Files.writeString(directory.resolve("config.json"), json.toPrettyString());
    ObjectNode images = new ObjectMapper().createObjectNode();
    images.put("size", vision.imageSize()).put("crop_size", vision.imageSize());
    Files.writeString(directory.resolve("preprocessor_config.json"), images.toPrettyString());
  }

  /**
   * Normally distributed weights (standard deviation 0.02), ones for the weights of norms. Each run
   * of data starts at a random position of one table, so that rows of a matrix do not repeat with
   * the table's length.
   */
  private static final class RandomWeights implements SafetensorsFixture.Data {

    private static final int TABLE_VALUES = (4 << 20) + 1;
    private static final int STRETCH_BYTES = 1 << 20;

    private final SplittableRandom random = new SplittableRandom(20_260_101);
    private final ByteBuffer table =
        table(TABLE_VALUES, () -> (float) random.nextGaussian(0, 0.02));
    private final ByteBuffer ones = table(STRETCH_BYTES, () -> 1f);

    private interface Values {
      float next();
    }

    /** A bfloat16 is the upper half of a float32. */
    private static ByteBuffer table(int count, Values values) {
      ByteBuffer table = ByteBuffer.allocateDirect(2 * count).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count; i++) {
        table.putShort((short) (Float.floatToRawIntBits(values.next()) >>> 16));
      }
      return table.flip();
    }

    @Override
    public void write(FileChannel channel, String name, long bytes) throws IOException {
      ByteBuffer source = isNormWeight(name) ? ones : table;
      for (long left = bytes; left > 0; ) {
        int length = (int) Math.min(left, STRETCH_BYTES);
        int start = 2 * random.nextInt((source.capacity() - length) / 2 + 1);
        for (ByteBuffer part = source.slice(start, length); part.hasRemaining(); ) {
          channel.write(part);
        }
        left -= length;
      }
    }

    private static boolean isNormWeight(String name) {
      return name.endsWith("norm.weight") || name.matches(".*layer_?norm\\d?\\.weight");
    }
  }
}
