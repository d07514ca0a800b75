package org.stfbatch.job.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.stfbatch.base.Shortened;

/**
 * Rules for the fields of a chat completion request, of OpenAI's API and of vLLM's. A field that
 * could change the answer and is not supported makes the request unusable; so does an unknown
 * field, because it could change the answer.
 */
final class ChatFields {
  /** Fields that {@link ChatRequest} applies. */
  private static final Set<String> APPLIED =
      Set.of(
          "messages",
          "max_completion_tokens",
          "max_tokens",
          "temperature",
          "top_p",
          "seed",
          "stop",
          "guided_choice",
          "structured_outputs",
          "repetition_penalty",
          "no_repeat_ngram_size",
          "presence_penalty",
          "frequency_penalty",
          "stream_options");

  /**
   * Ignored fields: they concern accounting, caching and scheduling, or only modify fields that are
   * refused.
   */
  private static final Set<String> IGNORED =
      Set.of(
          "model",
          "user",
          "metadata",
          "store",
          "service_tier",
          "safety_identifier",
          "prompt_cache_key",
          "prompt_cache_retention",
          "prediction",
          "parallel_tool_calls",
          "include_reasoning",
          "priority",
          "request_id",
          "cache_salt",
          "guided_decoding_backend",
          "guided_whitespace_pattern");

  /** The values, besides null, with which these fields have no effect; other values are refused. */
  private static final Map<String, Predicate<JsonNode>> NEUTRAL =
      Map.ofEntries(
          Map.entry("n", number(1)),
          Map.entry("best_of", number(1)),
          Map.entry("stream", flag(false)),
          Map.entry("logprobs", flag(false)),
          Map.entry("top_logprobs", number(0)),
          Map.entry("echo", flag(false)),
          Map.entry("length_penalty", number(1)),
          Map.entry("top_k", number(0).or(number(-1))),
          Map.entry("min_p", number(0)),
          Map.entry("min_tokens", number(0)),
          Map.entry("ignore_eos", flag(false)),
          Map.entry("use_beam_search", flag(false)),
          Map.entry("early_stopping", flag(false)),
          Map.entry("skip_special_tokens", flag(true)),
          Map.entry("spaces_between_special_tokens", flag(true)),
          Map.entry("include_stop_str_in_output", flag(false)),
          Map.entry("add_generation_prompt", flag(true)),
          Map.entry("continue_final_message", flag(false)),
          Map.entry("add_special_tokens", flag(false)),
          Map.entry("return_token_ids", flag(false)),
          Map.entry("return_tokens_as_token_ids", flag(false)),
          Map.entry("logit_bias", ChatFields::isWithoutBias),
          Map.entry("tools", ChatFields::isEmptyList),
          Map.entry("functions", ChatFields::isEmptyList),
          Map.entry("tool_choice", text("none", "auto")),
          Map.entry("function_call", text("none", "auto")),
          Map.entry("documents", ChatFields::isEmptyList),
          Map.entry("bad_words", ChatFields::isEmptyList),
          Map.entry("stop_token_ids", ChatFields::isEmptyList),
          Map.entry("logits_processors", ChatFields::isEmptyList),
          Map.entry("chat_template_kwargs", ChatFields::isEmptyObject),
          Map.entry("mm_processor_kwargs", ChatFields::isEmptyObject),
          Map.entry("vllm_xargs", ChatFields::isEmptyObject),
          Map.entry("chat_template_content_format", text("auto")),
          Map.entry("response_format", ChatFields::isPlainText),
          Map.entry("modalities", ChatFields::isTextAlone),
          Map.entry("reasoning_effort", text("none")),
          Map.entry("verbosity", text("medium")));

  private static final String TYPE = "type";
  private static final String TEXT = "text";

  private ChatFields() {}

  /**
   * Verifies that a request can be answered.
   *
   * @throws BadRequestException naming the first field of the body that would change the answer
   */
  static void requireAnswerable(JsonNode body) throws BadRequestException {
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      String name = field.getKey();
      boolean needsNothing =
          isAbsent(field.getValue()) || APPLIED.contains(name) || IGNORED.contains(name);
      if (needsNothing) {
        continue;
      }
      Predicate<JsonNode> neutral = NEUTRAL.get(name);
      if (neutral == null) {
        throw unknown(name);
      }
      if (!neutral.test(field.getValue())) {
        throw new BadRequestException("its " + name + " cannot be carried out here: leave it out");
      }
    }
  }

  /**
   * Verifies that an object has only known fields.
   *
   * @param where the prefix of the fields' names in messages: "" or {@code "messages."}
   * @param known the supported names
   * @throws BadRequestException naming another field that is set
   */
  static void requireKnown(JsonNode object, String where, Set<String> known)
      throws BadRequestException {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (!known.contains(field.getKey()) && !isAbsent(field.getValue())) {
        throw unknown(where + field.getKey());
      }
    }
  }

  private static BadRequestException unknown(String name) {
    return new BadRequestException(
        "its "
            + Shortened.given(name)
            + " is not known here and may change the answer: correct its name or leave it out");
  }

  /**
   * Returns whether a field is missing, null or {@code NaN}, which Python writes for an empty cell.
   */
  static boolean isAbsent(JsonNode value) {
    return value.isMissingNode()
        || value instanceof NullNode
        || value.isNumber() && Double.isNaN(value.doubleValue());
  }

  private static Predicate<JsonNode> number(int wanted) {
    return value -> value.isNumber() && value.doubleValue() == wanted;
  }

  private static Predicate<JsonNode> flag(boolean wanted) {
    return value -> value.isBoolean() && value.booleanValue() == wanted;
  }

  private static Predicate<JsonNode> text(String... wanted) {
    Set<String> texts = Set.of(wanted);
    return value -> value.isTextual() && texts.contains(value.textValue());
  }

  private static boolean isEmptyList(JsonNode value) {
    return value.isArray() && value.isEmpty();
  }

  private static boolean isEmptyObject(JsonNode value) {
    return value.isObject() && value.isEmpty();
  }

  private static boolean isWithoutBias(JsonNode value) {
    return value.isObject()
        && value.propertyStream().allMatch(field -> number(0).test(field.getValue()));
  }

  private static boolean isPlainText(JsonNode value) {
    return value.isObject() && value.size() == 1 && text(TEXT).test(value.path(TYPE));
  }

  private static boolean isTextAlone(JsonNode value) {
    return value.isArray() && value.size() == 1 && text(TEXT).test(value.path(0));
  }
}
