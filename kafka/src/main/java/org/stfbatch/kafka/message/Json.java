package org.stfbatch.kafka.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.stfbatch.base.JsonDefect;

/** Strict reader and writer of messages that are one JSON object. */
final class Json {

  /**
   * No limit of text length, because a text may be an image in base64; the broker limits the size
   * of messages.
   */
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private Json() {}

  /** Reads a value that is exactly one object. */
  static Fields read(byte[] value) throws MessageException {
    if (value == null || value.length == 0) {
      throw new MessageException(
          MessageErrorCode.MESSAGE_EMPTY, "the message has no value: send a JSON object");
    }
    if (tree(value) instanceof ObjectNode object) {
      return new Fields(object);
    }
    throw new MessageException(
        MessageErrorCode.MESSAGE_JSON, "the message is JSON, but not an object: put it in braces");
  }

  /** Writes one object to bytes. */
  static byte[] write(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = MAPPER.createGenerator(bytes)) {
      json.writeStartObject();
      content.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a message cannot be written as JSON", e);
    }
    return bytes.toByteArray();
  }

  /** Writer of an object's fields. */
  @FunctionalInterface
  interface Content {
    void writeTo(JsonGenerator json) throws IOException;
  }

  static void writeText(JsonGenerator json, String name, Optional<String> text) throws IOException {
    if (text.isPresent()) {
      json.writeStringField(name, text.get());
    }
  }

  /** Writes a field whose value is raw JSON text. */
  static void writeRaw(JsonGenerator json, String name, Optional<String> value) throws IOException {
    if (value.isPresent()) {
      json.writeFieldName(name);
      json.writeRawValue(value.get());
    }
  }

  /** Decodes UTF-8 itself, because the parser would also detect UTF-16 and UTF-32. */
  private static JsonNode tree(byte[] value) throws MessageException {
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value));
      return MAPPER.readTree(MAPPER.createParser(text.array(), 0, text.length()));
    } catch (CharacterCodingException e) {
      throw new MessageException(
          MessageErrorCode.MESSAGE_ENCODING, "the message is not UTF-8: encode it so");
    } catch (JsonProcessingException e) {
      throw notJson(JsonDefect.of(e));
    } catch (NumberFormatException e) {
      // The parser checks only the syntax of numbers; 1e99999999999 exceeds BigDecimal's range.
      throw notJson("a number's exponent is too large");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MessageException notJson(String why) {
    return new MessageException(MessageErrorCode.MESSAGE_JSON, "the message is not JSON: " + why);
  }
}
