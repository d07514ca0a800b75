package org.stfbatch.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.model.checkpoint.HuggingFaceWriter.Keys;

/** LLaVA-1.5 in transformers' layout equals the checkpoint in its authors' layout. */
class HuggingFaceLayoutTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The {@code config.json} of llava-hf/llava-1.5-7b-hf, without defaults. */
  private static final String LLAVA_15_7B =
      """
      {"architectures": ["LlavaForConditionalGeneration"], "ignore_index": -100,
       "image_token_index": 32000, "model_type": "llava", "pad_token_id": 32001,
       "projector_hidden_act": "gelu",
       "text_config": {"_name_or_path": "lmsys/vicuna-7b-v1.5",
         "architectures": ["LlamaForCausalLM"], "max_position_embeddings": 4096,
         "model_type": "llama", "rms_norm_eps": 1e-05, "torch_dtype": "float16",
         "vocab_size": 32064},
       "tie_word_embeddings": false, "torch_dtype": "float16",
       "transformers_version": "4.36.0.dev0",
       "vision_config": {"hidden_size": 1024, "image_size": 336, "intermediate_size": 4096,
         "model_type": "clip_vision_model", "num_attention_heads": 16, "num_hidden_layers": 24,
         "patch_size": 14, "projection_dim": 768, "vocab_size": 32000},
       "vision_feature_layer": -2, "vision_feature_select_strategy": "default",
       "vocab_size": 32064}
      """;

  /** The same, loaded and saved by transformers 5.18. */
  private static final String LLAVA_15_7B_SAVED_BY_5 =
      """
      {"architectures": ["LlavaForConditionalGeneration"], "dtype": "float16",
       "ignore_index": -100, "image_seq_length": 576, "image_token_index": 32000,
       "model_type": "llava", "multimodal_projector_bias": true, "pad_token_id": 32001,
       "projector_hidden_act": "gelu",
       "text_config": {"_name_or_path": "lmsys/vicuna-7b-v1.5",
         "architectures": ["LlamaForCausalLM"], "attention_bias": false,
         "attention_dropout": 0.0, "bos_token_id": 1, "dtype": "float16", "eos_token_id": 2,
         "head_dim": 128, "hidden_act": "silu", "hidden_size": 4096, "initializer_range": 0.02,
         "intermediate_size": 11008, "max_position_embeddings": 4096, "mlp_bias": false,
         "model_type": "llama", "num_attention_heads": 32, "num_hidden_layers": 32,
         "num_key_value_heads": 32, "pad_token_id": null, "pretraining_tp": 1,
         "rms_norm_eps": 1e-05,
         "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"},
         "tie_word_embeddings": false, "use_cache": true, "vocab_size": 32064},
       "tie_word_embeddings": false, "transformers_version": "5.18.0",
       "vision_config": {"attention_dropout": 0.0, "hidden_act": "quick_gelu",
         "hidden_size": 1024, "image_size": 336, "initializer_factor": 1.0,
         "initializer_range": 0.02, "intermediate_size": 4096, "layer_norm_eps": 1e-05,
         "model_type": "clip_vision_model", "num_attention_heads": 16, "num_channels": 3,
         "num_hidden_layers": 24, "patch_size": 14, "projection_dim": 768,
         "vocab_size": 32000},
       "vision_feature_layer": -2, "vision_feature_select_strategy": "default",
       "vocab_size": 32064}
      """;

  /**
   * Settings of transformers 4.36 to 5 for saving, training or chats, or that disable arithmetic.
   */
  private static final List<String> HARMLESS =
      List.of(
          "image_seq_length | 576",
          "image_token_id | 1000",
          "multimodal_projector_bias | true",
          "ignore_index | -100",
          "vocab_size | 1024",
          "hidden_size | 4096",
          "pad_token_id | null",
          "dtype | \"bfloat16\"",
          "_name_or_path | \"llava-hf/llava-1.5-7b-hf\"",
          "_attn_implementation_autoset | true",
          "use_cache | true",
          "initializer_range | 0.02",
          "transformers_version | \"5.0.0\"",
          "quantization_config | null",
          "vision_config.model_type | null",
          "vision_config.attention_dropout | 0.0",
          "vision_config.dropout | 0.0",
          "vision_config.initializer_factor | 1.0",
          "vision_config.layer_norm_eps | 1e-05",
          "vision_config.num_channels | 3",
          "vision_config.hidden_act | \"quick_gelu\"",
          "text_config.model_type | null",
          "text_config.num_key_value_heads | 8",
          "text_config.head_dim | 16",
          "text_config.rope_theta | 10000.0",
          "text_config.rope_scaling | null",
          "text_config.rope_parameters | {\"rope_theta\":10000.0,\"rope_type\":\"default\"}",
          "text_config.attention_bias | false",
          "text_config.mlp_bias | false",
          "text_config.pretraining_tp | 1",
          "text_config.pad_token_id | 0",
          "text_config.add_cross_attention | false",
          "text_config.cross_attention_hidden_size | null",
          "text_config.chunk_size_feed_forward | 0",
          "text_config.diversity_penalty | 0.0",
          "text_config.encoder_no_repeat_ngram_size | 0",
          "text_config.exponential_decay_length_penalty | null",
          "text_config.id2label | {\"0\":\"LABEL_0\"}",
          "text_config.is_decoder | false",
          "text_config.length_penalty | 1.0",
          "text_config.max_length | 20",
          "text_config.no_repeat_ngram_size | 0",
          "text_config.num_beam_groups | 1",
          "text_config.num_beams | 1",
          "text_config.output_scores | false",
          "text_config.pruned_heads | {}",
          "text_config.repetition_penalty | 1.0",
          "text_config.temperature | 1.0",
          "text_config.tf_legacy_loss | false",
          "text_config.top_k | 50",
          "text_config.torchscript | false",
          "text_config.typical_p | 1.0",
          "text_config.use_bfloat16 | false");

  @TempDir private static Path weights;
  private static LlavaCheckpoint authors;

  @TempDir private Path folder;
  private HuggingFaceWriter writer;

  @BeforeAll
  static void rewriteTheRecordedModel() throws IOException {
    authors = LlavaCheckpoint.open(RecordedCheckpoints.folder("small-llava15"), Optional.empty());
    new HuggingFaceWriter(authors, Keys.NEW).write(weights);
  }

  @BeforeEach
  void asOfTheHub() {
    writer = new HuggingFaceWriter(authors, Keys.NEW);
  }

  @ParameterizedTest
  @EnumSource(Keys.class)
  void allStylesAreTheAuthorsModel(Keys keys) throws IOException {
    writer = new HuggingFaceWriter(authors, keys);
    writer.write(folder);
    writer.copyTokenizer(folder);

    requireTheAuthorsModel();
    assertThat(open().fingerprint()).isEqualTo(authors.fingerprint());
    assertThat(open().visionFingerprint()).isEqualTo(authors.visionFingerprint());
  }

  @Test
  void shardsAreRead() throws IOException {
    writer.writeShards(folder, 3);

    requireTheAuthorsModel();
  }

  private void requireTheAuthorsModel() throws IOException {
    LlavaCheckpoint ours = open();
    assertThat(ours.config())
        .usingRecursiveComparison()
        .ignoringFields("torchDtype")
        .isEqualTo(authors.config());
    assertThat(ours.tensors().keySet()).isEqualTo(authors.tensors().keySet());
    for (TensorSlice tensor : authors.tensors().values()) {
      TensorSlice same = ours.tensors().get(tensor.name());
      assertThat(same.name()).isEqualTo(tensor.name());
      assertThat(same.shape()).as(tensor.name()).isEqualTo(tensor.shape());
      assertThat(RecordedCheckpoints.values(same))
          .as(tensor.name())
          .isEqualTo(RecordedCheckpoints.values(tensor));
    }
  }

  @ParameterizedTest
  @CsvSource({"OLD, false", "NEW, true"})
  void llava157bOfTheHubIsLlava157bOfItsAuthors(Keys keys, boolean savedBy5) throws IOException {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    authors7b()
        .forEach((name, shape) -> shapes.put(HuggingFaceWriter.name(name, keys), padded(shape)));
    SafetensorsFixture.write(
        folder.resolve("model.safetensors"), shapes, "F16", SafetensorsFixture.SPARSE);
    Files.writeString(
        folder.resolve("config.json"), savedBy5 ? LLAVA_15_7B_SAVED_BY_5 : LLAVA_15_7B);
    Files.writeString(folder.resolve("preprocessor_config.json"), "{\"size\": 336}");

    LlavaConfig config = open().config();
    assertThat(config.language())
        .isEqualTo(new LlamaConfig(32_000, 4096, 11_008, 32, 32, 32, 1e-5, 10_000, 4096, 1, 2));
    assertThat(config.vision()).isEqualTo(ClipVisionConfig.LARGE_336);
    assertThat(config.fusion())
        .isEqualTo(new FusionConfig(List.of(23), false, SpatialFusion.NONE, false));
    assertThat(config.visionTokens()).isEqualTo(576);
    assertThat(config.image().aspect()).isEqualTo("pad");
    assertThat(config.tokenizerModelMaxLength()).isEqualTo(2048);
    assertThat(config.torchDtype()).isEqualTo("float16");
    CheckpointSummary summary = CheckpointSummary.of(open());
    assertThat(summary.languageParameters()).isEqualTo(6_738_415_616L);
    assertThat(summary.toText())
        .containsPattern("layout +Hugging Face \\(LlavaForConditionalGeneration\\)")
        .contains("LLaVA-1.5");
  }

  private static Map<String, List<Long>> authors7b() {
    LlamaConfig language =
        new LlamaConfig(32_000, 4096, 11_008, 32, 32, 32, 1e-5, 10_000, 4096, 1, 2);
    Map<String, List<Long>> shapes = new LinkedHashMap<>(ExpectedTensors.language(language));
    shapes.putAll(ExpectedTensors.vision(ClipVisionConfig.LARGE_336));
    shapes.putAll(Projectors.plain(ClipVisionConfig.LARGE_336, language));
    return shapes;
  }

  private static List<Long> padded(List<Long> shape) {
    return shape.get(0) == 32_000 ? Shapes.of(32_064, shape.get(1)) : shape;
  }

  @Test
  void aTowerThatIsNotDescribedIsLlavas() throws IOException {
    writer.settings().remove("vision_config");
    writeSettings();

    assertFails().hasMessageContaining("[128, 64]; expected an input width of 1024 (one patch)");
  }

  @Test
  void anotherTowerMayBeGiven() throws IOException {
    writer.tensors().keySet().removeIf(name -> name.contains("vision_tower"));
    writer.write(folder);

    LlavaCheckpoint opened =
        LlavaCheckpoint.open(folder, Optional.of(RecordedCheckpoints.folder("clip-small")));
    assertThat(opened.visionFingerprint()).isEqualTo(authors.visionFingerprint());
    assertThatThrownBy(
            () ->
                LlavaCheckpoint.open(folder, Optional.of(RecordedCheckpoints.folder("clip-tiny"))))
        .hasMessageContaining("hidden_size 32");
  }

  @Test
  void tiedEmbeddingsAreTheOutputLayer() throws IOException {
    writer.tensors().remove("lm_head.weight");
    ((ObjectNode) writer.settings().get("text_config")).put("tie_word_embeddings", true);
    writer.write(folder);

    assertThat(open().tensors().get("lm_head.weight").shape()).containsExactly(1000L, 128L);
    assertThat(open().tensors().get("lm_head.weight").offset())
        .isEqualTo(open().tensors().get("model.embed_tokens.weight").offset());
  }

  @Test
  void aVocabularyWithoutMoreRowsIsRead() throws IOException {
    String embedding = "model.language_model.embed_tokens.weight";
    TensorSlice rows = authors.tensors().get("model.embed_tokens.weight");
    writer.tensors().put(embedding, SafetensorsWriter.copy(rows));
    writer
        .tensors()
        .put("lm_head.weight", SafetensorsWriter.copy(authors.tensors().get("lm_head.weight")));
    ((ObjectNode) writer.settings().get("text_config")).put("vocab_size", 1000);
    writer.write(folder);

    requireTheAuthorsModel();
  }

  @Test
  void theImageProcessorMayBeInTheProcessorsFile() throws IOException {
    writeSettings();
    Files.delete(folder.resolve("preprocessor_config.json"));
    assertFails().hasMessageContaining("preprocessor_config.json is missing");

    ObjectNode processor = JSON.createObjectNode().put("processor_class", "LlavaProcessor");
    processor.put("patch_size", 14).put("image_token", "<image>");
    processor.set(
        "image_processor",
        writer.preprocessor().put("image_processor_type", "CLIPImageProcessorFast"));
    Files.writeString(folder.resolve("processor_config.json"), processor.toString());
    requireTheAuthorsModel();

    processor.withObject("/image_processor").put("resample", 2);
    Files.writeString(folder.resolve("processor_config.json"), processor.toString());
    assertFails().hasMessageContaining("the setting image_processor.resample is 2");
  }

  @ParameterizedTest
  @CsvSource({
    "LlavaImageProcessor, true, pad, ",
    "LlavaImageProcessorFast, false, pad, ",
    "LlavaImageProcessor, true, square, do_pad",
    "CLIPImageProcessor, true, pad, do_pad",
    "LlavaNextImageProcessor, false, pad, image_processor_type",
    "SiglipImageProcessor, false, pad, image_processor_type"
  })
  void llavasProcessorMayPad(String type, boolean pads, String aspect, String refused)
      throws IOException {
    writer.preprocessor().put("image_processor_type", type).put("do_pad", pads);
    writer.settings().put("image_aspect_ratio", aspect);
    writeSettings();

    if (refused == null) {
      assertThat(open().config().image()).isEqualTo(authors.config().image());
    } else {
      assertFails().hasMessageContaining("the setting " + refused);
    }
  }

  @Test
  void picturesAreCroppedOnlyIfTheSettingsSaySo() throws IOException {
    writer.settings().put("image_aspect_ratio", "square").put("tokenizer_model_max_length", 999);
    writeSettings();

    assertThat(open().config().image().aspect()).isEqualTo("square");
    assertThat(open().config().tokenizerModelMaxLength()).isEqualTo(999);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model_type | \"llava_next\" | supported is 'llava' in a file with text_config",
        "model_type | \"llava_onevision\" | 'llava'",
        "model_type | \"vipllava\" | 'llava'",
        "model_type | null | the setting model_type is absent",
        "text_config.model_type | \"mistral\" | supported is 'llama'",
        "text_config.model_type | \"qwen2\" | supported is 'llama'",
        "vision_config.model_type | \"siglip_vision_model\" | supported is 'clip_vision_model'",
        "vision_config.model_type | \"clip_text_model\" | supported is 'clip_vision_model'",
        "vision_feature_select_strategy | \"full\" | supported is 'default'",
        "vision_feature_layer | [-2,-5] | supported is one whole number",
        "vision_feature_layer | 25 | one of the vision tower's 24 blocks",
        "vision_feature_layer | -26 | one of the vision tower's 24 blocks",
        "projector_hidden_act | \"relu\" | supported is 'gelu'",
        "multimodal_projector_bias | false | supported is true",
        "image_token_index | -1 | a whole number from 1 to 2147483647",
        "image_token_id | 7 | supported is image_token_index, 1000",
        "quantization_config | {\"bits\":4} | supported is null",
        "text_config.quantization_config | {\"bits\":4} | supported is null",
        "vision_config.quantization_config | {\"bits\":4} | supported is null",
        "text_config | 5 | an object",
        "vision_config | \"clip\" | an object",
        "image_aspect_ratio | \"anyres\" | 'pad' or 'square'",
        "text_config.hidden_act | \"gelu\" | supported is 'silu'",
        "text_config.attention_bias | true | supported is false",
        "text_config.head_dim | 8 | hidden_size / num_attention_heads",
        "text_config.sliding_window | 1024 | at least max_position_embeddings",
        "text_config.rope_scaling | {\"rope_type\":\"linear\",\"factor\":2.0} | 'default'",
        "text_config.rope_parameters | {\"rope_theta\":1e4,\"odd\":1} | not of odd",
        "text_config.logits_scaling | 8.0 | supported is 1 or null",
        "text_config.hidden_size | -1 | a whole number from 1 to 2147483647",
        "text_config.repetition_penalty | 1.2 | supported is null or 1",
        "repetition_penalty | 1.2 | supported is null or 1",
        "vision_config.hidden_act | \"relu\" | 'quick_gelu' or 'gelu'",
        "vision_config.qkv_bias | true | null or false",
        "residual_multiplier | 0.2 | 1 or null"
      })
  void whatIsNotLlava15IsNamed(String place, String value, String message) throws IOException {
    set(place, value);
    writeSettings();

    assertFails()
        .hasMessageContaining(folder.resolve("config.json").toString())
        .hasMessageContaining("the setting " + place + " is")
        .hasMessageContaining(message);
  }

  @Test
  void settingsThatLeaveTheArithmeticAlonePass() throws IOException {
    for (String setting : HARMLESS) {
      String[] placeAndValue = setting.split(" \\| ");
      set(placeAndValue[0], placeAndValue[1]);
    }
    writeSettings();

    requireTheAuthorsModel();
  }

  @ParameterizedTest
  @ValueSource(strings = {"added_tokens.json", "tokenizer_config.json", "tokenizer.json"})
  void aTokenThatSomebodyTrainedIsNotLost(String file) throws IOException {
    writeSettings();
    Files.writeString(
        folder.resolve(file),
        switch (file) {
          case "added_tokens.json" -> "{\"<image>\": 1000, \"<pad>\": 1001, \"<end>\": 1002}";
          case "tokenizer.json" ->
              "{\"added_tokens\": [{\"id\": 0, \"content\": \"<unk>\"}, {\"id\": 1002, \"content\": \"<end>\"}]}";
          default -> "{\"added_tokens_decoder\": {\"1002\": {\"content\": \"<end>\"}}}";
        });

    assertFails().hasMessageContaining("adds '<end>' (1002)").hasMessageContaining("<pad>");
  }

  @Test
  void theTokensOfTheHubAreNotAmongTheModels() throws IOException {
    writeSettings();
    writer.writeTokenizerSettings(folder);

    requireTheAuthorsModel();
  }

  @Test
  void oneTensorUnderTwoNamesIsRefused() throws IOException {
    writer.tensors().put("language_model.lm_head.weight", writer.tensors().get("lm_head.weight"));
    writer.write(folder);

    assertFails().hasMessageContaining("'lm_head.weight' under two names");
  }

  @Test
  void missingMisshapenAndUnknownTensorsAreNamed() throws IOException {
    writer.tensors().remove("model.multi_modal_projector.linear_2.bias");
    writer
        .tensors()
        .put("model.image_newline_2", SafetensorsWriter.float32(Shapes.of(1), new float[1]));
    ((ObjectNode) writer.settings().get("text_config")).put("vocab_size", 1088);
    writer.write(folder);

    assertFails()
        .hasMessageContaining("missing tensor 'model.mm_projector.2.bias' of shape [128]")
        .hasMessageContaining("'model.embed_tokens.weight' has shape [1024, 128]")
        .hasMessageContaining("unknown tensor 'model.image_newline_2'");
  }

  @Test
  void itsGenerationSettingsAreLookedAt() throws IOException {
    writeSettings();
    Files.writeString(
        folder.resolve("generation_config.json"),
        "{\"bos_token_id\": 1, \"eos_token_id\": 2, \"pad_token_id\": 1001}");
    assertThat(open().config().language().eosTokenIds()).containsExactly(2);

    Files.writeString(folder.resolve("generation_config.json"), "{\"num_beams\": 3}");
    assertFails().hasMessageContaining("the setting num_beams");
  }

  @Test
  void aTrainedCheckpointOfItHasTheAuthorsLayout() throws IOException {
    Path source = folder.resolve("source");
    Path trained = Files.createDirectory(folder.resolve("trained"));
    writer.write(source);
    writer.copyTokenizer(source);
    LlavaCheckpoint base = LlavaCheckpoint.open(source, Optional.empty());

    new LlavaCheckpointWriter(base, DType.FLOAT32, Optional.empty())
        .write(trained, name -> Optional.empty());

    LlavaCheckpoint opened = LlavaCheckpoint.open(trained, Optional.empty());
    assertThat(opened.layout()).startsWith("LLaVA (");
    assertThat(opened.fingerprint()).isEqualTo(authors.fingerprint());
    JsonNode config = JSON.readTree(trained.resolve("config.json").toFile());
    assertThat(config.path("vocab_size").asInt()).isEqualTo(1000);
    assertThat(config.path("architectures").toString()).isEqualTo("[\"LlavaLlamaForCausalLM\"]");
  }

  @Test
  void theAuthorsLayoutIsCalledSo() {
    assertThat(CheckpointSummary.of(authors).toText())
        .containsPattern("layout +LLaVA \\(LlavaLlamaForCausalLM\\)");
  }

  private void set(String place, String value) throws IOException {
    int dot = place.indexOf('.');
    ObjectNode object =
        dot < 0 ? writer.settings() : (ObjectNode) writer.settings().get(place.substring(0, dot));
    object.set(place.substring(dot + 1), JSON.readTree(value));
  }

  /** Writes the settings, which tests may have changed, with the same weights. */
  private void writeSettings() throws IOException {
    writer.writeSettings(folder);
    Files.createLink(folder.resolve("model.safetensors"), weights.resolve("model.safetensors"));
  }

  private LlavaCheckpoint open() {
    return LlavaCheckpoint.open(folder, Optional.empty());
  }

  private AbstractThrowableAssert<?, ?> assertFails() {
    return assertThatThrownBy(this::open)
        .isInstanceOf(CheckpointException.class)
        .hasMessageNotContaining("\n");
  }
}
