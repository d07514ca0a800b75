package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Rejects unread settings that would change what a model computes. The set of settings grows with
 * every version of transformers and every model family, so unknown settings are judged by name: a
 * setting whose name refers to arithmetic must have the value that disables it; all others are
 * accepted.
 */
final class ArithmeticSettings {
  /** Names of arithmetic settings in model families derived from LLaMA, CLIP and LLaVA. */
  private static final Pattern ARITHMETIC =
      Pattern.compile(
          "^mm_.*|^s2(_.*)?$|.*(rope|rotary|alibi|yarn|sliding|window|soft_?cap|scal(e|es|ing|ar)(_|$)"
              + "|multiplier|factor|bias|norm|hidden_activation|quant|compress|expert|moe|router|lora"
              + "|residual|sparse|layer_types|pool|resampl|prun|prefusion|downsampl|cross_attention"
              + "|attention_chunk|dual_chunk|no_rope|interleave|clip_qkv|attn_temperature|attention_sink"
              + "|attn_output_gate|bidirectional|parallel_attn|_ntk|^ntk|logn|swiglu|position_embedding_type"
              + ").*|^sinks$|^is_causal$|^class_embed$|(.*_)?(act|act_fn|activation|activation_function)$");

  /**
   * Values, other than disabling ones, with which such a setting does not change the arithmetic.
   */
  private static final Map<String, Set<String>> PLAIN =
      Map.of(
          "is_causal", Set.of("true"),
          "class_embed", Set.of("true"),
          "projector_hidden_act", Set.of("gelu"));

  /** Settings with matching names that concern only training or memory. */
  private static final Pattern HARMLESS =
      Pattern.compile(
          ".*(_lr|dropout|pdrop)$|initializer_.*|mm_use_im_patch_token|.*router_aux_loss.*"
              + "|mm_tunable_parts|.*loss_.*|max_window_layers|logit_scale_init_value|chunk_size_feed_forward");

  private static final Pattern RATIO = Pattern.compile(".*(multiplier|factor|scale|scaling).*");

  /**
   * Features of transformers' {@code generate} beyond temperature and top-p sampling, with the
   * values that disable them.
   */
  private static final Map<String, Double> GENERATION =
      Map.ofEntries(
          Map.entry("repetition_penalty", 1.0),
          Map.entry("encoder_repetition_penalty", 1.0),
          Map.entry("no_repeat_ngram_size", 0.0),
          Map.entry("encoder_no_repeat_ngram_size", 0.0),
          Map.entry("bad_words_ids", 0.0),
          Map.entry("force_words_ids", 0.0),
          Map.entry("constraints", 0.0),
          Map.entry("forced_bos_token_id", 0.0),
          Map.entry("forced_eos_token_id", 0.0),
          Map.entry("forced_decoder_ids", 0.0),
          Map.entry("suppress_tokens", 0.0),
          Map.entry("begin_suppress_tokens", 0.0),
          Map.entry("sequence_bias", 0.0),
          Map.entry("exponential_decay_length_penalty", 0.0),
          Map.entry("watermarking_config", 0.0),
          Map.entry("stop_strings", 0.0),
          Map.entry("dola_layers", 0.0),
          Map.entry("guidance_scale", 1.0),
          Map.entry("penalty_alpha", 0.0),
          Map.entry("num_beams", 1.0),
          Map.entry("num_beam_groups", 1.0),
          Map.entry("min_length", 0.0),
          Map.entry("min_new_tokens", 0.0),
          Map.entry("typical_p", 1.0),
          Map.entry("min_p", 0.0),
          Map.entry("logit_bias", 0.0),
          Map.entry("epsilon_cutoff", 0.0),
          Map.entry("eta_cutoff", 0.0),
          Map.entry("diversity_penalty", 0.0));

  private ArithmeticSettings() {}

  /**
   * Checks the settings of a model that were not read so far.
   *
   * @throws CheckpointException naming the first that would change what the model computes
   */
  static void requireNoMore(JsonSettings json) {
    for (String name : json.unread()) {
      boolean speaks = ARITHMETIC.matcher(name).matches() && !HARMLESS.matcher(name).matches();
      boolean ratio = RATIO.matcher(name).matches();
      if (speaks && !isPlain(name, json.node(name), ratio ? 1 : 0)) {
        throw json.unsupported(
            name,
            ratio
                ? "1 or null, or a model that was made without it"
                : "null or false, or a model that was made without it");
      }
    }
  }

  private static boolean isPlain(String name, JsonNode value, double off) {
    Set<String> plain = PLAIN.get(name);
    return plain == null
        ? isOff(value, off)
        : value.isMissingNode() || value.isNull() || plain.contains(value.asText());
  }

  /**
   * Checks settings of {@code generate} that would change the answer; temperature, top-p and
   * lengths come from the options and the jobs.
   *
   * @throws CheckpointException naming the first that is not disabled
   */
  static void requirePlainGeneration(JsonSettings json) {
    GENERATION.forEach(
        (name, off) -> {
          if (!isOff(json.node(name), off)) {
            throw json.unsupported(name, off == 0 ? "null or 0" : "null or 1");
          }
        });
  }

  /** Returns whether all layers have full attention. */
  private static boolean isFullAttention(JsonNode kinds) {
    boolean full = true;
    for (JsonNode kind : kinds) {
      full &= kind.asText().equals("full_attention");
    }
    return full;
  }

  private static boolean isOff(JsonNode value, double off) {
    return value.isMissingNode()
        || value.isBoolean() && !value.booleanValue()
        || value.isNumber() && value.doubleValue() == off
        || value.isTextual() && value.textValue().isEmpty()
        || value.isContainerNode() && value.isEmpty()
        || value.isArray() && isFullAttention(value);
  }
}
