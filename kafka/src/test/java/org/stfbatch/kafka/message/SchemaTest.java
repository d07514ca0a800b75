package org.stfbatch.kafka.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each parser accepts exactly what its schema accepts. */
class SchemaTest {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .build();

  private static final Map<MessageType, Schema> SCHEMAS =
      Stream.of(MessageType.values())
          .collect(
              Collectors.toMap(
                  type -> type,
                  type ->
                      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                          .getSchema(type.jsonSchema())));

  /** A message of each type with all of its fields. */
  private static final Map<MessageType, String> FULL =
      Map.of(
          MessageType.IMAGE_JOB,
          """
          {"custom_id": "a", "image": {"bytes": "AAAA", "media_type": "image/png"}, "prompt": "why?",
           "max_new_tokens": 5, "temperature": 0.5, "top_p": 0.9, "seed": 7, "stop": ["x"], "choices": ["A", "B"],
           "repetition_penalty": 1.1, "no_repeat_ngram_size": 3, "presence_penalty": -2, "frequency_penalty": 0.5,
           "question_id": 7, "category": "c", "run": "r", "unknown": {"deep": [1]}}
          """,
          MessageType.ANSWER,
          """
          {"custom_id": "a", "run": "r", "sequence": 1, "question_id": "7", "category": "c",
           "image": "a.png", "prompt": "why?", "text": "so", "finish_reason": "stop",
           "tokens": {"prompt": 1, "vision": 144, "generated": 2},
           "seconds": {"queue": 0.5, "prefill": 0, "decode": 1e-3},
           "model": {"name": "m", "fingerprint": "f", "compression": "vtc-cls:layer=16,tokens=144", "weight_format": "int8"},
           "answered_at": "2026-01-31T23:59:59.5Z",
           "attempt": 2, "reused_from": {"run": "r", "custom_id": "b"},
           "log_probabilities": {"A": -0.5, "B": 0}}
          """,
          MessageType.FAILURE,
          """
          {"custom_id": "a", "run": "r", "sequence": 1, "question_id": 7.5, "category": "c",
           "image": "a.png", "stage": "image", "code": "IMAGE_DECODE", "message": "damaged",
           "attempts": 1, "failed_at": "2026-02-28T00:00:00Z", "attempt": 2}
          """,
          MessageType.RUN_TRIGGER,
          """
          {"run": "r", "topic": {"name": "t", "until_end": true, "max_jobs": 5}, "limit": 3,
           "time_limit_seconds": 60}
          """);

  /** Each of these values replaces each field. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "-1",
          "1",
          "-0.0",
          "1.0",
          "10e-1",
          "1.5",
          "1.0000000000000000000001",
          "1e400",
          "1e-400",
          "1e-6",
          "9e-7",
          "100",
          "100.1",
          "1e308",
          "1.1e308",
          "2147483647",
          "2147483648",
          "-2147483649",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "-9223372036854775809",
          "922337203685477580700e-2",
          "1e30",
          "2",
          "-2.0",
          "2.0000000000000000000001",
          "\"\"",
          "\" \"",
          "\"x\"",
          "\"x\\n\"",
          "\"a\\u0000b\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\\ud83d\\ude00\"",
          text("x", 200),
          text("x", 201),
          text("x", 249),
          text("x", 250),
          text("x", 500),
          text("x", 501),
          text("\\ud83d\\ude00", 200),
          text("\\ud83d\\ude00", 201),
          text("\\ud83d\\ude00", 500),
          text("\\ud83d\\ude00", 501),
          "\".\"",
          "\"..\"",
          "\"...\"",
          "\"a/b\"",
          "\"data:image/png;base64,AAAA\"",
          "\"DATA:x\"",
          "\"database.png\"",
          "\"http://x\"",
          "\"S3://b/x\"",
          "\"s3:/b/x\"",
          "\"http://x\\n\"",
          "\"HTTPS://x/y?z\"",
          "\"http:// x\"",
          "\"http://\"",
          "\"httpx://a\"",
          "\"ftp://x\"",
          "\"AAAA\"",
          "\"AAAA\\n\"",
          "\"AAA\"",
          "\"AAA=\"",
          "\"AA==\"",
          "\"A===\"",
          "\"====\"",
          "\"AA=A\"",
          "\"AAAA====\"",
          "\"AA-_\"",
          "\"+/+/\"",
          "\"image/svg+xml\"",
          "\"image/\"",
          "\"text/plain\"",
          "\"2026-01-31T23:59:59Z\"",
          "\"2026-01-31T23:59:59.123456789Z\"",
          "\"2026-01-31T23:59:59.1234567890Z\"",
          "\"2026-02-29T00:00:00Z\"",
          "\"2028-02-29T00:00:00Z\"",
          "\"2026-13-01T00:00:00Z\"",
          "\"2026-01-01T24:00:00Z\"",
          "\"2026-01-01T23:59:60Z\"",
          "\"2026-01-01T00:00:00+01:00\"",
          "\"2026-01-01\"",
          "[]",
          "[\"a\", \"b\"]",
          "[\"a\", \"b\", \"a\"]",
          "{\"a\": -1e-400, \"b\": -0.0}",
          "{\"a\": 1e-400}",
          "{\"a\": -1.1e308}",
          "[\"\"]",
          "[\"a\", null]",
          "[\"a\\u0000\"]",
          "[[\"a\"]]",
          "{}",
          "{\"path\": \"a.png\"}",
          "{\"path\": \"/etc/passwd\", \"url\": null, \"bytes\": null}",
          "{\"path\": \"a.png\", \"url\": \"http://x\"}",
          "{\"path\": null}",
          "{\"path\": \"http://x\"}",
          "{\"path\": \"s3://b/x\"}",
          "{\"path\": \"a\", \"media_type\": 5}",
          "{\"bytes\": \"AAAA\", \"media_type\": 5}",
          "{\"bytes\": \"AAAA\", \"media_type\": null}",
          "{\"file\": \"q.jsonl\"}",
          "{\"file\": \"q.jsonl\", \"images\": \"\"}",
          "{\"name\": \"t\"}",
          "{\"name\": \"t\", \"until_end\": false}",
          "{\"name\": \"t\", \"until_end\": false, \"max_jobs\": 1}",
          "{\"name\": \"t\", \"until_end\": null, \"max_jobs\": null}",
          "{\"name\": \"t\", \"max_jobs\": 1.0}");

  private static final List<String> WHOLES =
      List.of(
          "{}",
          "{\"run\": \"r\"}",
          "{\"run\": \"r\", \"Limit\": 1}",
          "{\"run\": \"r\", \"x\": null}",
          "{\"run\": \"r\", \"questions\": {\"file\": \"f\", \"image\": \"i\"}}",
          "{\"run\": \"r\", \"topic\": {\"name\": \"t\", \"untill_end\": true, \"max_jobs\": 5}}",
          "{\"custom_id\": \"a\", \"prompt\": \"p\"}",
          "{\"run\": \"r\", \"questions\": {\"file\": \"f\"}, \"topic\": null}",
          "{\"run\": \"r\", \"questions\": {\"file\": \"f\"}, \"topic\": {\"name\": \"t\", \"until_end\": true}}");

  @ParameterizedTest
  @EnumSource
  void parserAndSchemaAgreeOnEveryValueOfEveryField(MessageType type) {
    List<JsonNode> variants = variants(tree(FULL.get(type)));
    assertThat(variants)
        .hasSizeGreaterThan(VALUES.size())
        .allSatisfy(v -> assertAgreement(type, v));
    assertThat(variants).anyMatch(v -> parses(type, text(v))).anyMatch(v -> !parses(type, text(v)));
  }

  @ParameterizedTest
  @EnumSource
  void parserAndSchemaAgreeOnWholeMessages(MessageType type) {
    assertThat(WHOLES).allSatisfy(whole -> assertAgreement(type, tree(whole)));
    assertThat(parses(type, FULL.get(type))).isTrue();
  }

  private static void assertAgreement(MessageType type, JsonNode message) {
    String json = text(message);
    assertThat(parses(type, json))
        .as("the parser takes %s", json)
        .isEqualTo(schemaAccepts(type, message));
  }

  /**
   * Returns variants of the message: each field, at any depth, removed or replaced by each value.
   */
  private static List<JsonNode> variants(JsonNode message) {
    List<JsonNode> variants = new ArrayList<>();
    for (String name : names(message)) {
      variants.add(((ObjectNode) message.deepCopy()).without(name));
      for (String value : VALUES) {
        variants.add(((ObjectNode) message.deepCopy()).set(name, tree(value)));
      }
      if (message.get(name).isObject()) {
        for (JsonNode inner : variants(message.get(name))) {
          variants.add(((ObjectNode) message.deepCopy()).set(name, inner));
        }
      }
    }
    return variants;
  }

  private static List<String> names(JsonNode message) {
    return message.properties().stream().map(Map.Entry::getKey).toList();
  }

  private static boolean parses(MessageType type, String json) {
    byte[] value = json.getBytes(StandardCharsets.UTF_8);
    try {
      switch (type) {
        case IMAGE_JOB -> ImageJobMessage.parse(value, MessageHeaders.NONE);
        case ANSWER -> AnswerMessage.parse(value, MessageHeaders.NONE);
        case FAILURE -> FailureMessage.parse(value, MessageHeaders.NONE);
        case RUN_TRIGGER -> RunTriggerMessage.parse(value, MessageHeaders.NONE);
        default -> throw new IllegalArgumentException(type.toString());
      }
      return true;
    } catch (MessageException e) {
      assertThat(e.getMessage()).hasLineCount(1);
      return false;
    }
  }

  private static boolean schemaAccepts(MessageType type, JsonNode message) {
    return SCHEMAS
        .get(type)
        .validate(
            withIntegers(message),
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
        .isEmpty();
  }

  /** The validator truncates whole numbers that are written as decimals to 64 bits. */
  private static JsonNode withIntegers(JsonNode node) {
    if (node instanceof DecimalNode number
        && number.decimalValue().stripTrailingZeros().scale() <= 0) {
      return BigIntegerNode.valueOf(number.decimalValue().toBigIntegerExact());
    }
    if (node instanceof ObjectNode object) {
      ObjectNode copy = object.objectNode();
      object
          .properties()
          .forEach(field -> copy.set(field.getKey(), withIntegers(field.getValue())));
      return copy;
    }
    return node;
  }

  private static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns ASCII, because a lone surrogate cannot be encoded in UTF-8. */
  private static String text(JsonNode message) {
    try {
      return JSON.writeValueAsString(message);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(String character, int count) {
    return '"' + character.repeat(count) + '"';
  }
}
