package org.stfbatch.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.model.checkpoint.RopeConfig.Llama3Scaling;

class LlavaCheckpointTest {

  private static final LlamaConfig LANGUAGE =
      new LlamaConfig(1000, 64, 128, 2, 4, 4, 1e-5, 10_000, 4096, 1, 2);
  private static final ClipVisionConfig VISION = CheckpointWriter.tinyVision();
  private static final String SHARD = "model-00001-of-00001.safetensors";

  @TempDir Path folder;

  @Test
  void theReleasedFormTapsEightBlocks() throws IOException {
    assertThat(fusion(Projectors.released(VISION, LANGUAGE, 8)))
        .isEqualTo(
            new FusionConfig(
                List.of(23, 21, 18, 15, 12, 9, 6, 3), true, SpatialFusion.CONCAT, false));
  }

  @Test
  void fourBlocksAreEverySixth() throws IOException {
    assertThat(fusion(Projectors.released(VISION, LANGUAGE, 4)).hiddenStates())
        .containsExactly(23, 18, 12, 6);
  }

  @Test
  void thePapersFormHasAConvolutionAndTrailingGelus() throws IOException {
    LlavaCheckpoint checkpoint = checkpoint(Projectors.paper(VISION, LANGUAGE, 8));

    assertThat(checkpoint.config().fusion())
        .isEqualTo(
            new FusionConfig(List.of(23, 21, 18, 15, 12, 9, 6, 3), true, SpatialFusion.CONV, true));
    assertThat(checkpoint.config().visionTokens()).isEqualTo(4);
    assertThat(checkpoint.tensors().get("model.mm_projector.0.weight").shape())
        .containsExactly(128L, 32L, 2L, 2L);
    assertThat(checkpoint.tensors().get("model.mm_projector.4.weight").shape())
        .containsExactly(64L, 512L);
  }

  @Test
  void spatialFusionWithoutMultiBlockFusion() throws IOException {
    assertThat(fusion(Projectors.spatial(VISION, LANGUAGE)))
        .isEqualTo(new FusionConfig(List.of(23), false, SpatialFusion.CONCAT, false));
  }

  @Test
  void thePapersSpatialFusionAlone() throws IOException {
    assertThat(fusion(Projectors.paper(VISION, LANGUAGE, 1)))
        .isEqualTo(new FusionConfig(List.of(23), false, SpatialFusion.CONV, true));
  }

  @Test
  void multiBlockFusionAloneKeepsAllTokens() throws IOException {
    LlavaCheckpoint checkpoint = checkpoint(Projectors.multiBlock(VISION, LANGUAGE, 8));

    assertThat(checkpoint.config().fusion().spatial()).isEqualTo(SpatialFusion.NONE);
    assertThat(checkpoint.config().fusion().multiBlock()).isTrue();
    assertThat(checkpoint.config().visionTokens()).isEqualTo(16);
  }

  @Test
  void plainLlava15() throws IOException {
    assertThat(fusion(Projectors.plain(VISION, LANGUAGE)))
        .isEqualTo(new FusionConfig(List.of(23), false, SpatialFusion.NONE, false));
  }

  @ParameterizedTest
  @CsvSource({
    "mbtf+stf, 4, 2x2 concatenation",
    "mbtf+stf-paper, 4, 2x2 convolution",
    "stf, 4, without multi-block",
    "mbtf, 16, multi-block fusion only",
    "avgpool, 4, 2x2 average pooling",
    "tokenconcat, 4, 2x2 concatenation",
    "plain, 16, LLaVA-1.5",
    "stf:k2e2, 8, to 2 tokens",
    "mbtf+stf:k4e4, 4, 4x4 concatenation to 4 tokens",
    "mbtf+stf:k4e8, 8, 4x4 concatenation to 8 tokens",
    "tokenpacker, 4, 'TokenPacker (4 blocks, scale factor 2)'",
    "tokenpacker:s4, 1, 'TokenPacker (4 blocks, scale factor 4)'"
  })
  void aCheckpointSaysWhichVariantItIs(String name, int tokens, String words) throws IOException {
    FusionVariant variant = FusionVariant.named(name);
    CheckpointWriter writer =
        new CheckpointWriter(LANGUAGE, VISION, variant.tensors(VISION, LANGUAGE.hiddenSize()));
    variant.settings().forEach((key, value) -> writer.settings().putPOJO(key, value));
    writer.write(folder);

    FusionConfig fusion = open().config().fusion();
    assertThat(fusion.spatial()).isEqualTo(variant.spatial());
    assertThat(fusion.multiBlock()).isEqualTo(variant.multiBlock());
    assertThat(fusion.describe()).contains(words);
    assertThat(open().config().visionTokens()).isEqualTo(tokens);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "fusion", "mbtf:k2e1", "avgpool:k4e4", "stf:k1e1", "stf:k2e0"})
  void otherVariantsAreRefusedWithThoseThereAre(String name) {
    assertThatThrownBy(() -> FusionVariant.named(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + name + "'")
        .hasMessageContaining("tokenconcat");
  }

  @Test
  void tokenPackersProjectorHasTheSizeOfTheOriginal() {
    ClipVisionConfig vision = new ClipVisionConfig(1024, 4096, 24, 16, 336, 14, 1e-5, "quick_gelu");

    long weights =
        FusionVariant.named("tokenpacker").tensors(vision, 4096).values().stream()
            .mapToLong(Shapes::elementCount)
            .sum();

    assertThat(weights).isEqualTo(36_722_688);
    assertThat(TokenPacker.hiddenStates(23)).containsExactly(12, 16, 22, 23);
    assertThat(TokenPacker.hiddenStates(6)).containsExactly(3, 4, 5, 6);
    assertThatThrownBy(() -> TokenPacker.hiddenStates(5))
        .hasMessageContaining("up to block 5")
        .hasMessageContaining("at least block 6");
  }

  @Test
  void tokenPackersSettingsAndTensorsMustFit() throws IOException {
    FusionVariant packer = FusionVariant.named("tokenpacker");
    assertWithSettings("plain", Map.of("scale_factor", 3))
        .hasMessageContaining("q_proj_1.weight")
        .hasMessageContaining("scale_factor");
    assertWithSettings("tokenpacker", Map.of("scale_factor", 3))
        .hasMessageContaining("scale_factor is 3")
        .hasMessageContaining("4 patches a side");
    assertWithSettings("tokenpacker", Map.of("mm_spatial_fusion", "average"))
        .hasMessageContaining("mm_spatial_fusion")
        .hasMessageContaining("scale_factor");
    Map<String, List<Long>> tensors = new LinkedHashMap<>(packer.tensors(VISION, 64));
    tensors.remove("model.mm_projector.ln_v_1.bias");
    CheckpointWriter writer = new CheckpointWriter(LANGUAGE, VISION, tensors);
    packer.settings().forEach((key, value) -> writer.settings().putPOJO(key, value));
    writer.write(folder);
    assertFails().hasMessageContaining("model.mm_projector.ln_v_1.bias");
  }

  private AbstractThrowableAssert<?, ?> assertWithSettings(
      String variant, Map<String, Object> settings) throws IOException {
    FusionVariant fusion = FusionVariant.named(variant);
    CheckpointWriter writer =
        new CheckpointWriter(LANGUAGE, VISION, fusion.tensors(VISION, LANGUAGE.hiddenSize()));
    fusion.settings().forEach((key, value) -> writer.settings().putPOJO(key, value));
    settings.forEach((key, value) -> writer.settings().putPOJO(key, value));
    writer.write(folder);
    return assertFails();
  }

  @Test
  void theGridMustHoldWholeNeighbourhoods() throws IOException {
    FusionVariant variant = FusionVariant.named("stf:k3e1");
    CheckpointWriter writer =
        new CheckpointWriter(LANGUAGE, VISION, variant.tensors(VISION, LANGUAGE.hiddenSize()));
    variant.settings().forEach((key, value) -> writer.settings().putPOJO(key, value));
    writer.write(folder);

    assertFails().hasMessageContaining("4 patches a side").hasMessageContaining("multiple of 3");
  }

  @ParameterizedTest
  @CsvSource({"-1, 24", "-2, 23", "20, 20"})
  void theSelectedBlockComesFirst(int selectLayer, int index) throws IOException {
    CheckpointWriter writer = released();
    writer.settings().put("mm_vision_select_layer", selectLayer);
    writer.write(folder);

    assertThat(open().config().fusion().hiddenStates()).startsWith(index, 21, 18);
  }

  @Test
  void theProjectorsMustFitOneOfTheVariants() throws IOException {
    CheckpointWriter writer = released();
    writer.tensors().put("model.mm_projector.0.weight", Shapes.of(512, 100));
    writer.write(folder);

    assertFails()
        .hasMessageContaining("'model.mm_projector.0.weight' has shape [512, 100]")
        .hasMessageContaining("32")
        .hasMessageContaining("128");
  }

  @Test
  void theBlocksMustDivideTheTower() throws IOException {
    new CheckpointWriter(LANGUAGE, VISION, Projectors.released(VISION, LANGUAGE, 5)).write(folder);

    assertFails()
        .hasMessageContaining("model.mm_projector_crosslayer.0.weight")
        .hasMessageContaining("160");
  }

  @Test
  void spatialFusionNeedsAnEvenGrid() throws IOException {
    ClipVisionConfig odd = new ClipVisionConfig(32, 64, 24, 4, 70, 14, 1e-5, "quick_gelu");
    new CheckpointWriter(LANGUAGE, odd, Projectors.released(odd, LANGUAGE, 8)).write(folder);

    assertFails().hasMessageContaining("5 patches a side").hasMessageContaining("multiple of 2");
  }

  @Test
  void groupedQueriesHaveNarrowKeys() throws IOException {
    LlamaConfig grouped = new LlamaConfig(1000, 64, 128, 2, 4, 2, 1e-5, 10_000, 4096, 1, 2);
    new CheckpointWriter(grouped, VISION, Projectors.released(VISION, grouped, 8)).write(folder);

    assertThat(open().tensors().get("model.layers.0.self_attn.k_proj.weight").shape())
        .containsExactly(32L, 64L);
  }

  @Test
  void tiedEmbeddingsAreTheOutputLayer() throws IOException {
    CheckpointWriter writer = released();
    writer.settings().put("tie_word_embeddings", true);
    writer.tensors().remove("lm_head.weight");
    writer.write(folder);

    Map<String, TensorSlice> tensors = open().tensors();
    assertThat(tensors.get("lm_head.weight").name()).isEqualTo("lm_head.weight");
    assertThat(tensors.get("lm_head.weight").offset())
        .isEqualTo(tensors.get("model.embed_tokens.weight").offset());
    assertThat(CheckpointSummary.of(open()).languageParameters())
        .isEqualTo(1000 * 64 + 2 * (4 * 64 * 64 + 3 * 64 * 128 + 2 * 64) + 64);
  }

  @Test
  void aMissingTensorIsNamedWithItsShape() throws IOException {
    CheckpointWriter writer = released();
    writer.tensors().remove("model.layers.1.mlp.up_proj.weight");
    writer.write(folder);

    assertFails()
        .hasMessageContaining(
            "missing tensor 'model.layers.1.mlp.up_proj.weight' of shape [128, 64]");
  }

  @Test
  void anUnknownTensorIsNamed() throws IOException {
    CheckpointWriter writer = released();
    writer.tensors().put("model.layers.2.input_layernorm.weight", Shapes.of(64));
    writer.write(folder);

    assertFails().hasMessageContaining("unknown tensor 'model.layers.2.input_layernorm.weight'");
  }

  @Test
  void aMisshapenTensorIsNamedWithBothShapes() throws IOException {
    CheckpointWriter writer = released();
    writer.tensors().put("model.norm.weight", Shapes.of(63));
    writer.write(folder);

    assertFails()
        .hasMessageContaining("'model.norm.weight' has shape [63], expected [64]")
        .hasMessageContaining(folder.toString());
  }

  @Test
  void manyMissingTensorsStayOneLine() throws IOException {
    CheckpointWriter writer = released();
    writer.tensors().keySet().removeIf(name -> name.startsWith("model.layers.1."));
    writer.write(folder);

    assertFails().hasMessageContaining("and 6 more").hasMessageNotContaining("\n");
  }

  @Test
  void tensorsThatOtherVersionsLeaveAreIgnored() throws IOException {
    CheckpointWriter writer = released();
    writer.tensors().put("model.layers.0.self_attn.rotary_emb.inv_freq", Shapes.of(8));
    writer.tensors().put("model.vision_tower.vision_tower.vision_model.any.weight", Shapes.of(8));
    writer.write(folder);

    assertThat(open().tensors().keySet())
        .noneMatch(name -> name.contains("inv_freq") || name.contains("vision_tower"));
  }

  @ParameterizedTest
  @CsvSource({
    "mm_projector_type, linear",
    "mm_projector_type, ",
    "mm_vision_select_feature, cls_patch",
    "mm_patch_merge_type, spatial_unpad",
    "image_aspect_ratio, anyres",
    "hidden_act, gelu",
    "model_type, mistral"
  })
  void unsupportedTextSettingsAreNamed(String name, String value) throws IOException {
    CheckpointWriter writer = released();
    writer.settings().put(name, value);
    writer.write(folder);

    assertFails()
        .hasMessageContaining("config.json")
        .hasMessageContaining("the setting " + name)
        .hasMessageContaining("supported is");
  }

  @ParameterizedTest
  @CsvSource({
    "mm_use_im_start_end, true",
    "attention_bias, true",
    "mlp_bias, true",
    "partial_rotary_factor, 0.5",
    "sliding_window, 1024",
    "rope_scaling, {\"rope_type\":\"linear\"; \"factor\":2.0}",
    "rope_scaling, {\"rope_type\":\"default\"; \"factor\":2.0}",
    "rope_parameters, {\"rope_type\":\"yarn\"; \"rope_theta\":10000.0}",
    "rope_parameters, {\"rope_type\":\"llama3\"; \"factor\":8.0}",
    "rope_parameters, {\"type\":\"dynamic\"; \"factor\":1.0}",
    "rope_parameters, {\"rope_theta\":10000.0; \"mystery\":1}",
    "rope_parameters, {\"full_attention\":{\"rope_theta\":10000.0}}",
    "rope_parameters, {\"rope_theta\":\"large\"}",
    "rope_parameters, 5",
    "rope_theta, 1e999",
    "rms_norm_eps, 1e999",
    "attn_logit_softcapping, 50.0",
    "final_logit_softcapping, 30.0",
    "attention_multiplier, 0.0078125",
    "embedding_multiplier, 12.0",
    "residual_multiplier, 0.22",
    "logits_scaling, 8.0",
    "logit_scale, 0.0625",
    "scale_emb, 12",
    "use_qk_norm, true",
    "qkv_bias, true",
    "lm_head_bias, true",
    "num_local_experts, 8",
    "attention_chunk_size, 8192",
    "activation_function, \"gelu\"",
    "mlp_act, \"relu\"",
    "act_fn, \"gelu\"",
    "is_causal, false",
    "use_bidirectional_attention, true",
    "clip_qkv, 8.0",
    "attn_temperature_tuning, true",
    "position_embedding_type, \"alibi\"",
    "attention_sink, true",
    "dual_chunk_attention_config, {\"chunk_size\":8}",
    "use_dynamic_ntk, true",
    "ntk_alpha, 2.0",
    "use_logn_attn, true",
    "swiglu_limit, 7.0",
    "no_rope_layers, '[1,0]'",
    "layer_types, '[\"full_attention\",\"sliding_attention\"]'",
    "pruned_heads, {\"0\":[1]}",
    "compression_config, {\"format\":\"pack\"}",
    "mm_resampler_type, \"spatial_pool\"",
    "mm_newline_position, \"grid\"",
    "mm_something_of_next_year, 4",
    "s2, true",
    "repetition_penalty, 1.1",
    "no_repeat_ngram_size, 3",
    "num_beams, 5",
    "rope_scaling, {\"type\":\"linear\"}",
    "quantization_config, {\"bits\":8}",
    "hidden_size, 65",
    "hidden_size, -1",
    "num_key_value_heads, 3",
    "head_dim, 8",
    "vocab_size, 1e30",
    "num_hidden_layers, 2147483647",
    "eos_token_id, '[1,\"two\"]'",
    "eos_token_id, '[]'",
    "rms_norm_eps, \"small\"",
    "mm_vision_tower, 5",
    "mm_vision_tower, '\" \"'",
    "mm_vision_tower, \"a\\u0000b\""
  })
  void unsupportedSettingsAreNamed(String name, String value) throws IOException {
    CheckpointWriter writer = released();
    writer.settings().set(name, new ObjectMapper().readTree(value.replace(';', ',')));
    writer.write(folder);

    String reported =
        name.equals("hidden_size") && value.equals("65") ? "num_attention_heads" : name;
    assertFails().hasMessageContaining("the setting " + reported);
  }

  /**
   * Settings of transformers 4.31 to 5 for training, memory or chats, or that disable arithmetic.
   */
  @ParameterizedTest
  @CsvSource({
    "attention_dropout, 0.1",
    "initializer_range, 0.05",
    "pretraining_tp, 2",
    "use_cache, false",
    "sliding_window, null",
    "use_sliding_window, true",
    "sliding_window, 4096",
    "partial_rotary_factor, 1.0",
    "rope_scaling, {\"rope_type\":\"default\"}",
    "rope_scaling, {\"type\":\"linear\"; \"factor\":1.0}",
    "layer_types, '[\"full_attention\",\"full_attention\"]'",
    "attn_logit_softcapping, null",
    "logits_scaling, 1.0",
    "hidden_act, \"swish\"",
    "mm_projector_lr, 2e-5",
    "mm_vision_tower_lr, 2e-6",
    "mm_use_im_patch_token, true",
    "tune_mm_mlp_adapter, true",
    "freeze_mm_mlp_adapter, true",
    "unfreeze_mm_vision_tower, true",
    "mm_tunable_parts, \"mm_mlp_adapter\"",
    "image_grid_pinpoints, '[[336,672]]'",
    "pruned_heads, {}",
    "chunk_size_feed_forward, 4",
    "repetition_penalty, 1.0",
    "temperature, 0.9",
    "some_name_of_next_year, 4",
    "id2label, {\"0\":\"LABEL_0\"}"
  })
  void settingsThatLeaveTheArithmeticAlonePass(String name, String value) throws IOException {
    CheckpointWriter writer = released();
    writer.settings().set(name, new ObjectMapper().readTree(value.replace(';', ',')));
    writer.write(folder);

    assertThat(open().config().language().rope().theta()).isEqualTo(10_000);
  }

  @Test
  void theBaseOfThePositionsIsReadAsEveryTransformersWritesIt() throws IOException {
    for (String form :
        List.of(
            "{\"rope_theta\": 500000.0}",
            "{\"rope_parameters\": {\"rope_theta\": 500000.0, \"rope_type\": \"default\"}}",
            "{\"rope_parameters\": {\"rope_theta\": 500000.0}, \"rope_theta\": 500000.0}",
            "{\"rope_parameters\": {\"rope_type\": \"default\"}, \"rope_theta\": 500000.0}",
            "{\"rope_scaling\": {\"rope_theta\": 500000.0, \"rope_type\": \"default\"}}",
            "{\"rope_parameters\": null, \"rope_scaling\": null, \"rope_theta\": 500000.0}")) {
      CheckpointWriter writer = released();
      writer.settings().remove("rope_theta");
      writer.settings().setAll((ObjectNode) new ObjectMapper().readTree(form));
      writer.write(folder);

      assertThat(open().config().language().rope().theta()).as(form).isEqualTo(500_000);
    }
  }

  @Test
  void thePositionsOfLlama3AreReadAsEveryTransformersWritesThem() throws IOException {
    String scaling =
        "\"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 8192";
    for (String form :
        List.of(
            "{\"rope_theta\": 500000.0, \"rope_scaling\": {\"rope_type\": \"llama3\", %s}}",
            "{\"rope_theta\": 500000.0, \"rope_scaling\": {\"type\": \"llama3\", %s}}",
            "{\"rope_parameters\": {\"rope_theta\": 500000.0, \"rope_type\": \"llama3\", %s}}")) {
      CheckpointWriter writer = released();
      writer.settings().remove("rope_theta");
      writer.settings().setAll((ObjectNode) new ObjectMapper().readTree(form.formatted(scaling)));
      writer.write(folder);

      assertThat(open().config().language().rope())
          .as(form)
          .isEqualTo(new RopeConfig(500_000, Optional.of(new Llama3Scaling(8, 1, 4, 8192))));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "factor, -8.0, factor",
    "low_freq_factor, null, low_freq_factor",
    "high_freq_factor, 1.0, high_freq_factor",
    "original_max_position_embeddings, 0.5, original_max_position_embeddings",
    "beta_fast, 32, beta_fast"
  })
  void wrongPositionsOfLlama3AreNamed(String name, String value, String reported)
      throws IOException {
    CheckpointWriter writer = released();
    putLlama3Scaling(writer).set(name, new ObjectMapper().readTree(value));
    writer.write(folder);

    assertFails().hasMessageContaining("rope_scaling").hasMessageContaining(reported);
  }

  private static ObjectNode putLlama3Scaling(CheckpointWriter writer) {
    return writer
        .settings()
        .putObject("rope_scaling")
        .put("rope_type", "llama3")
        .put("factor", 8.0)
        .put("low_freq_factor", 1.0)
        .put("high_freq_factor", 4.0)
        .put("original_max_position_embeddings", 8192);
  }

  @Test
  void twoScalingsOfThePositionsContradictEachOther() throws IOException {
    CheckpointWriter writer = released();
    writer.settings().putObject("rope_parameters").put("rope_type", "default");
    putLlama3Scaling(writer);
    writer.write(folder);

    assertFails().hasMessageContaining("rope_scaling").hasMessageContaining("rope_parameters");
  }

  @Test
  void answersEndAtTheTokensOfTheGenerationSettings() throws IOException {
    CheckpointWriter writer = released();
    writer.settings().putArray("eos_token_id").add(5).add(6);
    writer.write(folder);
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [7, 2, 8]}");
    assertThat(open().config().language().eosTokenIds()).containsExactly(7, 2, 8);

    Files.writeString(folder.resolve("generation_config.json"), "{}");
    assertThat(open().config().language().eosTokenIds()).containsExactly(5, 6);
  }

  @Test
  void twoBasesOfThePositionsContradictEachOther() throws IOException {
    CheckpointWriter writer = released();
    writer.settings().put("rope_theta", 10_000.0);
    writer.settings().putObject("rope_parameters").put("rope_theta", 500_000.0);
    writer.write(folder);

    assertFails().hasMessageContaining("rope_parameters").hasMessageContaining("10000.0");
  }

  @ParameterizedTest
  @CsvSource({
    "{\"repetition_penalty\":1.2}, repetition_penalty",
    "{\"no_repeat_ngram_size\":2}, no_repeat_ngram_size",
    "{\"suppress_tokens\":[5]}, suppress_tokens",
    "{\"num_beams\":3}, num_beams",
    "{\"eos_token_id\":[2;-5]}, eos_token_id",
    "{\"eos_token_id\":\"</s>\"}, eos_token_id"
  })
  void whatWouldChangeTheOriginalsGenerationIsNamed(String generation, String name)
      throws IOException {
    released().write(folder);
    Files.writeString(folder.resolve("generation_config.json"), generation.replace(';', ','));

    assertFails()
        .hasMessageContaining("generation_config.json")
        .hasMessageContaining("the setting " + name);
  }

  @Test
  void whatTheOptionsDecideMayBeInTheGenerationSettings() throws IOException {
    released().write(folder);
    Files.writeString(
        folder.resolve("generation_config.json"),
        """
        {"eos_token_id": [2], "temperature": 0.2, "top_p": 0.7, "top_k": 50, "do_sample": true,
         "max_length": 4096, "num_beams": 1, "repetition_penalty": 1.0, "suppress_tokens": null}
        """);

    assertThat(open().config().language().eosTokenIds()).containsExactly(2);
  }

  @Test
  void anotherProgramsLlavaIsRefused() throws IOException {
    CheckpointWriter writer = released();
    writer.settings().putObject("text_config");
    writer.write(folder);

    assertFails().hasMessageContaining("text_config");
  }

  @ParameterizedTest
  @CsvSource({
    "preprocessor_config.json, do_center_crop, false",
    "preprocessor_config.json, resample, 2",
    "preprocessor_config.json, size, 64",
    "preprocessor_config.json, crop_size, {\"height\":56;\"width\":64}",
    "preprocessor_config.json, crop_size, {\"shortest_edge\":56}",
    "preprocessor_config.json, size, {\"longest_edge\":56}",
    "preprocessor_config.json, size, 56.5",
    "preprocessor_config.json, image_std, '[0.5,0,0.5]'",
    "preprocessor_config.json, image_mean, '[1e999,0,0]'",
    "preprocessor_config.json, image_processor_type, \"SiglipImageProcessor\"",
    "preprocessor_config.json, do_pad, true",
    "preprocessor_config.json, do_flip_channel_order, true",
    "config.json, qkv_bias, true",
    "config.json, quantization_config, {\"bits\":4}",
    "preprocessor_config.json, image_mean, '[1,2]'",
    "preprocessor_config.json, rescale_factor, 1.0",
    "config.json, hidden_act, \"relu\"",
    "config.json, num_channels, 1",
    "config.json, model_type, \"siglip\""
  })
  void unsupportedTowerSettingsAreNamed(String file, String name, String value) throws IOException {
    released().write(folder);
    edit(folder.resolve(CheckpointWriter.TOWER).resolve(file), name, value.replace(';', ','));

    assertFails().hasMessageContaining(file).hasMessageContaining("the setting " + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"shortest_edge\":56}", "{\"height\":56,\"width\":56}", "56"})
  void theSideOfAnImageIsWrittenInOldAndNewStyles(String side) throws IOException {
    released().write(folder);
    edit(folder.resolve(CheckpointWriter.TOWER).resolve("preprocessor_config.json"), "size", side);

    assertThat(open().config().image().size()).isEqualTo(56);
  }

  @Test
  void aPictureThatIsSquashedIsNoPictureThatIsCropped() throws IOException {
    CheckpointWriter writer = released();
    writer.settings().put("image_aspect_ratio", "square");
    writer.write(folder);
    edit(
        folder.resolve(CheckpointWriter.TOWER).resolve("preprocessor_config.json"),
        "size",
        "{\"height\":56,\"width\":56}");

    assertFails().hasMessageContaining("the setting size").hasMessageContaining("shortest edge");
  }

  @ParameterizedTest
  @ValueSource(strings = {"anyres", "anyres_max_9", "highres", "crop_split", "slice"})
  void tilesAreRefused(String aspect) throws IOException {
    CheckpointWriter writer = released();
    writer.settings().put("image_aspect_ratio", aspect);
    writer.write(folder);

    assertFails().hasMessageContaining("the setting image_aspect_ratio");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        CheckpointWriter.TOWER + "/config.json",
        CheckpointWriter.TOWER + "/preprocessor_config.json",
        CheckpointWriter.TOWER + "/model.safetensors"
      })
  void aPointerOfGitLfsIsNamedWithTheCure(String file) throws IOException {
    released().write(folder);
    Files.writeString(
        folder.resolve(file),
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 134\n");

    assertFails()
        .hasMessageContaining(folder.resolve(file).toString())
        .hasMessageContaining("Git LFS pointer")
        .hasMessageContaining("git lfs pull")
        .hasMessageContaining("model fetch");
  }

  @Test
  void aConfigurationThatGoesOnBehindItsEndIsNamed() throws IOException {
    released().write(folder);
    Files.writeString(folder.resolve("config.json"), "{}", StandardOpenOption.APPEND);

    assertFails().hasMessageContaining("config.json").hasMessageContaining("JSON");
  }

  @Test
  void aTowerNamedAsOnAHubIsFoundByItsLastName() throws IOException {
    CheckpointWriter writer = released();
    writer.settings().put("mm_vision_tower", "/training/machine/" + CheckpointWriter.TOWER);
    writer.write(folder.resolve("model"));

    assertThat(LlavaCheckpoint.open(folder.resolve("model"), Optional.empty()).config().vision())
        .isEqualTo(VISION);
  }

  @Test
  void aTowerThatIsNowhereIsNamedWithThePlaces() throws IOException {
    CheckpointWriter writer = released();
    writer.settings().put("mm_vision_tower", "openai/clip-large");
    writer.write(folder);

    assertFails()
        .hasMessageContaining("openai/clip-large")
        .hasMessageContaining(folder.resolve("clip-large").toString())
        .hasMessageContaining("--vision-tower");
  }

  @Test
  void theTowerInsideIsUsedWhenItIsLlavas() throws IOException {
    ClipVisionConfig large = ClipVisionConfig.LARGE_336;
    CheckpointWriter writer =
        new CheckpointWriter(LANGUAGE, large, Projectors.released(large, LANGUAGE, 8));
    ExpectedTensors.vision(large)
        .forEach(
            (name, shape) ->
                writer.tensors().put("model.vision_tower.vision_tower." + name, shape));
    writer.settings().put("mm_vision_tower", "openai/clip-vit-large-patch14-336");
    writer.writeSparse(folder);

    assertThat(open().config().vision()).isEqualTo(large);
    assertThat(open().config().image().size()).isEqualTo(336);
    assertThat(open().config().visionTokens()).isEqualTo(144);
  }

  @Test
  void anotherTowerInsideNeedsItsFolder() throws IOException {
    CheckpointWriter writer = released();
    ExpectedTensors.vision(VISION)
        .forEach(
            (name, shape) ->
                writer.tensors().put("model.vision_tower.vision_tower." + name, shape));
    writer.settings().put("mm_vision_tower", "my/tower");
    writer.write(folder);

    assertFails().hasMessageContaining("--vision-tower").hasMessageContaining("not openai/clip");
  }

  @Test
  void aMissingTowerTensorIsNamed() throws IOException {
    released().write(folder);
    Map<String, List<Long>> shapes = ExpectedTensors.vision(VISION);
    shapes.remove("vision_model.encoder.layers.7.mlp.fc1.bias");
    SafetensorsFixture.write(
        folder.resolve(CheckpointWriter.TOWER).resolve("model.safetensors"),
        shapes,
        "F32",
        SafetensorsFixture.SPARSE);

    assertFails()
        .hasMessageContaining(CheckpointWriter.TOWER)
        .hasMessageContaining("missing tensor 'vision_model.encoder.layers.7.mlp.fc1.bias'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"I8", "F64"})
  void weightsOfAnotherTypeAreRefused(String dtype) throws IOException {
    CheckpointWriter writer = released();
    writer.write(folder);
    SafetensorsFixture.write(
        folder.resolve(SHARD), writer.tensors(), dtype, SafetensorsFixture.SPARSE);

    assertFails()
        .hasMessageContaining("expected float32, float16 or bfloat16")
        .hasMessageContaining("model.embed_tokens.weight");
  }

  @Test
  void aMissingShardIsNamed() throws IOException {
    released().write(folder);
    Files.delete(folder.resolve(SHARD));

    assertFails().hasMessageContaining(SHARD + " is missing");
  }

  @Test
  void aTensorThatItsShardLacksIsNamed() throws IOException {
    released().write(folder);
    edit(
        folder.resolve("model.safetensors.index.json"),
        "weight_map",
        "{\"model.extra\": \"" + SHARD + "\"}");

    assertFails().hasMessageContaining("'model.extra' is not in it").hasMessageContaining(SHARD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../other.safetensors", "/etc/passwd", "", "a\\\\b", ".hidden"})
  void anIndexLeavesItsFolderNever(String shard) throws IOException {
    released().write(folder);
    edit(
        folder.resolve("model.safetensors.index.json"),
        "weight_map",
        "{\"model.norm.weight\": \"" + shard + "\"}");

    assertFails().hasMessageContaining("no file name");
  }

  @Test
  void aShardThatIsCutOffIsNamed() throws IOException {
    released().write(folder);
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(SHARD).toFile(), "rw")) {
      file.setLength(file.length() - 100);
    }

    assertFails().hasMessageContaining(SHARD).hasMessageContaining("cut off");
  }

  @Test
  void aBinFileThatIsCutOffIsNamed() throws IOException {
    Path copy = RecordedCheckpoints.copy("tiny-sharded", folder);
    Path shard = copy.resolve("pytorch_model-00002-of-00003.bin");
    try (RandomAccessFile file = new RandomAccessFile(shard.toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }

    assertThatThrownBy(
            () -> LlavaCheckpoint.open(copy, Optional.of(RecordedCheckpoints.folder("clip-tiny"))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(shard.toString())
        .hasMessageContaining("cut off");
  }

  @Test
  void namesOutOfAFileCannotBreakTheMessagesLine() throws IOException {
    CheckpointWriter writer = released();
    writer.tensors().put("a\nb\u001B[2J", Shapes.of(1));
    writer.tensors().put("long".repeat(1000), Shapes.of(1));
    writer.write(folder);

    assertFails()
        .hasMessageContaining("'a?b?[2J'")
        .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(1100));
  }

  @Test
  void safetensorsAreReadBeforeBin() throws IOException {
    released().write(folder);
    Files.writeString(folder.resolve("pytorch_model.bin"), "not read");

    assertThat(open().tensors().get("lm_head.weight").file()).hasFileName(SHARD);
  }

  @Test
  void aFolderWithoutWeightsSaysWhichFilesItNeeds() throws IOException {
    released().write(folder);
    Files.delete(folder.resolve("model.safetensors.index.json"));

    assertFails()
        .hasMessageContaining("holds no weights")
        .hasMessageContaining("pytorch_model.bin");
  }

  @Test
  void loraWeightsMustBeMergedFirst() throws IOException {
    released().write(folder);
    Files.delete(folder.resolve("model.safetensors.index.json"));
    Files.writeString(folder.resolve("adapter_config.json"), "{}");

    assertFails().hasMessageContaining("merge them");
  }

  @Test
  void aFolderWithoutConfigurationIsNoCheckpoint() {
    assertFails().hasMessageContaining("config.json is missing");
    assertThatThrownBy(() -> LlavaCheckpoint.open(folder.resolve("none"), Optional.empty()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("none is not a folder");
  }

  @Test
  void aConfigurationThatIsNoJsonIsNamed() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"a\": ");

    assertFails().hasMessageContaining("config.json").hasMessageContaining("JSON");
  }

  @Test
  void absentLengthsAndTypesComeFromTheModel() throws IOException {
    CheckpointWriter writer = released();
    writer.settings().remove(List.of("tokenizer_model_max_length", "torch_dtype"));
    writer.settings().put("image_aspect_ratio", "crop");
    writer.write(folder);

    assertThat(open().config().tokenizerModelMaxLength()).isEqualTo(4096);
    assertThat(open().config().torchDtype()).isEqualTo("bfloat16");
    assertThat(open().config().image().aspect()).isEqualTo("square");
  }

  @Test
  void oneChangedWeightChangesTheFingerprint() throws IOException {
    released().write(folder);
    String before = open().fingerprint();
    TensorSlice norm = open().tensors().get("model.norm.weight");
    try (RandomAccessFile file = new RandomAccessFile(norm.file().toFile(), "rw")) {
      file.seek(norm.offset());
      file.writeByte(file.read() ^ 1);
    }

    assertThat(open().fingerprint()).isNotEqualTo(before);
  }

  private static CheckpointWriter released() {
    return new CheckpointWriter(LANGUAGE, VISION, Projectors.released(VISION, LANGUAGE, 8));
  }

  private LlavaCheckpoint checkpoint(Map<String, List<Long>> projectors) throws IOException {
    new CheckpointWriter(LANGUAGE, VISION, projectors).write(folder);
    return open();
  }

  private FusionConfig fusion(Map<String, List<Long>> projectors) throws IOException {
    return checkpoint(projectors).config().fusion();
  }

  private LlavaCheckpoint open() {
    return LlavaCheckpoint.open(folder, Optional.empty());
  }

  private AbstractThrowableAssert<?, ?> assertFails() {
    return assertThatThrownBy(this::open)
        .isInstanceOf(CheckpointException.class)
        .hasMessageNotContaining("\n");
  }

  private static void edit(Path file, String name, String value) throws IOException {
    ObjectMapper json = new ObjectMapper();
    JsonNode settings = json.readTree(file.toFile());
    ((ObjectNode) settings).set(name, json.readTree(value));
    json.writeValue(file.toFile(), settings);
  }
}
