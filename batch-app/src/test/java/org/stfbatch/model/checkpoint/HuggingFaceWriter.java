package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.stfbatch.model.checkpoint.SafetensorsWriter.Data;

/**
 * Rewrites a checkpoint of LLaVA-1.5 in the layout of transformers' {@code
 * LlavaForConditionalGeneration}: only with settings that differ from its defaults, and with a
 * vocabulary padded to a multiple of 64. The padding rows are much larger than the others, so that
 * a model that reads them gives other answers. Tensors are read when they are written.
 */
public final class HuggingFaceWriter {

  /** Naming styles of tensors. */
  public enum Keys {
    /** As up to transformers 4.51. */
    OLD,
    /** As from transformers 4.52 on. */
    NEW,
    /** As in a model that transformers 5 created and did not load. */
    MADE_BY_5
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MULTIPLE = 64;
  private static final int EXPONENT = 0x7C00;
  private static final int LOUDER = 6 << 10;

  private final LlavaCheckpoint source;
  private final Map<String, Data> tensors = new LinkedHashMap<>();
  private final ObjectNode config;
  private final ObjectNode preprocessor;

  /**
   * @param source with an embedding and an output layer in float16
   */
  public HuggingFaceWriter(LlavaCheckpoint source, Keys keys) {
    this.source = source;
    for (TensorSlice slice : source.tensors().values()) {
      tensors.put(name(slice.name(), keys), data(slice));
    }
    String tower = name("vision_model.", keys);
    tensors.put(tower + "embeddings.position_ids", SafetensorsWriter.int64(new int[] {0, 1}));
    tensors.put(tower + "post_layernorm.bias", zeros(source.config().vision().hiddenSize()));
    config = llavaConfig();
    preprocessor = clipPreprocessor();
  }

  private static Data zeros(int count) {
    return SafetensorsWriter.float32(Shapes.of(count), new float[count]);
  }

  /** Returns the name of a tensor in this style. */
  static String name(String authors, Keys keys) {
    String outer = keys == Keys.OLD ? "" : "model.";
    if (authors.startsWith("vision_model.")) {
      return outer
          + "vision_tower."
          + (keys == Keys.MADE_BY_5 ? authors.substring("vision_model.".length()) : authors);
    }
    if (authors.startsWith("model.mm_projector.")) {
      return outer
          + authors
              .replace("model.mm_projector.0", "multi_modal_projector.linear_1")
              .replace("model.mm_projector.2", "multi_modal_projector.linear_2");
    }
    if (keys == Keys.OLD) {
      return "language_model." + authors;
    }
    return authors.startsWith("model.") ? "model.language_" + authors : authors;
  }

  private Data data(TensorSlice slice) {
    boolean hasRows =
        slice.name().equals(TensorNames.EMBEDDING) || slice.name().equals(TensorNames.OUTPUT);
    if (!hasRows) {
      return SafetensorsWriter.copy(slice);
    }
    List<Long> shape = Shapes.of(paddedVocabulary(), slice.shape().get(1));
    return new Data(slice.dtype(), shape, out -> out.write(padded(slice, shape)));
  }

  /** Returns the rows followed by a copy 64 times as large: only the exponents differ. */
  private static ByteBuffer padded(TensorSlice slice, List<Long> shape) throws IOException {
    ByteBuffer bytes = bytes(slice);
    ByteBuffer padded =
        ByteBuffer.allocate(Math.toIntExact(Shapes.elementCount(shape)) * Short.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    padded.put(bytes.rewind());
    for (int i = 0; padded.hasRemaining(); i += Short.BYTES) {
      short half = bytes.getShort(i);
      boolean grows = (half & EXPONENT) != 0 && (half & EXPONENT) + LOUDER < EXPONENT;
      padded.putShort(grows ? (short) (half + LOUDER) : half);
    }
    return padded.flip();
  }

  private static ByteBuffer bytes(TensorSlice slice) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(slice.byteLength())).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(slice.file())) {
      channel.read(bytes, slice.offset());
    }
    return bytes;
  }

  private int vocabulary() {
    return source.config().language().vocabSize();
  }

  /** Returns the vocabulary with two more tokens, padded to a multiple. */
  private int paddedVocabulary() {
    return (vocabulary() + 2 + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
  }

  private ObjectNode llavaConfig() {
    LlamaConfig language = source.config().language();
    ClipVisionConfig vision = source.config().vision();
    ObjectNode json = JSON.createObjectNode();
    json.putArray("architectures").add("LlavaForConditionalGeneration");
    json.put("ignore_index", -100)
        .put("image_token_index", vocabulary())
        .put("model_type", "llava")
        .put("pad_token_id", vocabulary() + 1)
        .put("projector_hidden_act", "gelu")
        .put("tie_word_embeddings", false)
        .put("torch_dtype", "float16")
        .put("vision_feature_layer", -2)
        .put("vision_feature_select_strategy", "default");
    json.putObject("text_config")
        .put("_name_or_path", "lmsys/vicuna-7b-v1.5")
        .put("hidden_size", language.hiddenSize())
        .put("intermediate_size", language.intermediateSize())
        .put("max_position_embeddings", language.maxPositionEmbeddings())
        .put("model_type", "llama")
        .put("num_attention_heads", language.numAttentionHeads())
        .put("num_hidden_layers", language.numHiddenLayers())
        .put("rms_norm_eps", language.rmsNormEps())
        .put("vocab_size", paddedVocabulary());
    json.putObject("vision_config")
        .put("hidden_size", vision.hiddenSize())
        .put("image_size", vision.imageSize())
        .put("intermediate_size", vision.intermediateSize())
        .put("model_type", "clip_vision_model")
        .put("num_attention_heads", vision.numAttentionHeads())
        .put("num_hidden_layers", vision.numHiddenLayers())
        .put("patch_size", vision.patchSize())
        .put("projection_dim", 768)
        .put("vocab_size", 32_000);
    return json;
  }

  private ObjectNode clipPreprocessor() {
    int side = source.config().image().size();
    ObjectNode json = JSON.createObjectNode();
    json.put("do_center_crop", true)
        .put("do_resize", true)
        .put("image_processor_type", "CLIPImageProcessor")
        .put("processor_class", "LlavaProcessor")
        .put("resample", 3);
    json.putObject("crop_size").put("height", side).put("width", side);
    json.putObject("size").put("shortest_edge", side);
    return json;
  }

  /** Returns {@code config.json}, modifiable before writing. */
  ObjectNode settings() {
    return config;
  }

  /** Returns the settings of the image processor, modifiable before writing. */
  ObjectNode preprocessor() {
    return preprocessor;
  }

  /** Returns the tensors by their names in the files, modifiable before writing. */
  Map<String, Data> tensors() {
    return tensors;
  }

  /** Writes everything but the tokenizer into a folder, the weights as one file. */
  public void write(Path folder) throws IOException {
    writeSettings(folder);
    SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors);
  }

  /**
   * Writes everything but the tokenizer into a folder, the weights as {@code count} files and an
   * index.
   */
  public void writeShards(Path folder, int count) throws IOException {
    writeSettings(folder);
    List<String> names = List.copyOf(tensors.keySet());
    ObjectNode index = JSON.createObjectNode();
    ObjectNode places = index.putObject("weight_map");
    for (int i = 0; i < count; i++) {
      int shard = i;
      Map<String, Data> part = new LinkedHashMap<>();
      IntStream.range(0, names.size())
          .filter(n -> n % count == shard)
          .mapToObj(names::get)
          .forEach(name -> part.put(name, tensors.get(name)));
      String file = "model-%05d-of-%05d.safetensors".formatted(i + 1, count);
      part.keySet().forEach(name -> places.put(name, file));
      SafetensorsWriter.write(folder.resolve(file), part);
    }
    Files.writeString(folder.resolve("model.safetensors.index.json"), index.toPrettyString());
  }

  /** Writes {@code config.json} and the settings of the image processor. */
  void writeSettings(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config.toPrettyString());
    Files.writeString(folder.resolve("preprocessor_config.json"), preprocessor.toPrettyString());
  }

  /** Copies the source's tokenizer as it is, so that both folders have the same. */
  public void copyTokenizer(Path folder) throws IOException {
    for (String name :
        List.of("tokenizer.model", "tokenizer_config.json", "special_tokens_map.json")) {
      Files.copy(
          source.directory().resolve(name),
          folder.resolve(name),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * Writes the tokenizer's settings of LLaVA-1.5 on the hub: with the image token and the padding
   * token.
   */
  public void writeTokenizerSettings(Path folder) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("add_bos_token", true)
        .put("add_eos_token", false)
        .put("bos_token", "<s>")
        .put("clean_up_tokenization_spaces", false)
        .put("eos_token", "</s>")
        .put("image_token", "<image>")
        .put("legacy", false)
        .put("pad_token", "<pad>")
        .put("processor_class", "LlavaProcessor")
        .put("tokenizer_class", "LlamaTokenizer")
        .put("unk_token", "<unk>");
    ObjectNode added = json.putObject("added_tokens_decoder");
    List<String> tokens = List.of("<unk>", "<s>", "</s>", "<image>", "<pad>");
    for (int i = 0; i < tokens.size(); i++) {
      int id = i < 3 ? i : vocabulary() + i - 3;
      added
          .putObject(String.valueOf(id))
          .put("content", tokens.get(i))
          .put("lstrip", false)
          .put("normalized", false)
          .put("rstrip", false)
          .put("single_word", false)
          .put("special", true);
    }
    Files.writeString(folder.resolve("tokenizer_config.json"), json.toPrettyString());
    Files.writeString(
        folder.resolve("added_tokens.json"),
        "{\"<image>\": %d, \"<pad>\": %d}".formatted(vocabulary(), vocabulary() + 1));
  }
}
