package org.stfbatch.job.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.stfbatch.base.JsonDefect;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobFailure;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.StoredText;
import org.stfbatch.engine.Stage;
import org.stfbatch.image.ImageRoot;

/**
 * Parser of request lines of OpenAI's Batch API: a JSON object with {@code custom_id}, {@code
 * method} POST, {@code url} {@code /v1/chat/completions} and a {@code body}, which {@link
 * ChatRequest} reads. A line with any other field is unusable: settings outside the body would have
 * no effect.
 *
 * <p>A line that cannot be used becomes a failed job, under its {@code custom_id} if that can be
 * read.
 */
final class RequestLineParser implements LineParser {
  /** The failure code of a line that is no request or asks for something unsupported. */
  static final String REQUEST_LINE = "REQUEST_LINE";

  private static final String CHAT = "/v1/chat/completions";
  private static final Set<String> FIELDS = Set.of("custom_id", "method", "url", "body");

  private static final ObjectReader JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(QuestionFileReader.MAX_LINE_BYTES)
                          .build())
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .build())
          .reader(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .with(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private final long sourceId;
  private final CustomIds ids;
  private final ImageRoot imageRoot;

  RequestLineParser(long sourceId, CustomIds ids, ImageRoot imageRoot) {
    this.sourceId = sourceId;
    this.ids = ids;
    this.imageRoot = imageRoot;
  }

  @Override
  public NewImageJob parse(Line line) {
    Optional<String> customId = Optional.empty();
    try {
      JsonNode request = json(line);
      customId = customId(request);
      if (customId.isEmpty()) {
        throw new BadRequestException(
            "its custom_id is no text of 1 to " + NewImageJob.MAX_CUSTOM_ID_LENGTH + " characters");
      }
      return job(customId.get(), request);
    } catch (BadRequestException | IllegalArgumentException e) {
      return rejected(line, customId, e.getMessage());
    } catch (JsonProcessingException e) {
      return rejected(line, customId, "it is not JSON: " + JsonDefect.of(e));
    } catch (CharacterCodingException e) {
      return rejected(line, customId, "it is not UTF-8");
    }
  }

  private static JsonNode json(Line line)
      throws BadRequestException, CharacterCodingException, JsonProcessingException {
    if (line.overlong()) {
      throw new BadRequestException(
          "it is longer than " + QuestionFileReader.MAX_LINE_BYTES + " bytes");
    }
    String text =
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line.bytes())).toString();
    JsonNode request = JSON.readTree(text);
    if (!request.isObject()) {
      throw new BadRequestException("it is not a JSON object");
    }
    return request;
  }

  private static Optional<String> customId(JsonNode request) {
    String id = request.path("custom_id").asText();
    boolean usable =
        request.path("custom_id").isTextual()
            && !id.isEmpty()
            && id.codePointCount(0, id.length()) <= NewImageJob.MAX_CUSTOM_ID_LENGTH
            && StoredText.readable(id).equals(id);
    return usable ? Optional.of(id) : Optional.empty();
  }

  private NewImageJob job(String customId, JsonNode request) throws BadRequestException {
    ChatFields.requireKnown(request, "", FIELDS);
    if (!isAbsentOr(request.path("method"), "POST")) {
      throw new BadRequestException("its method is not POST");
    }
    if (!isAbsentOr(request.path("url"), CHAT)) {
      throw new BadRequestException("its url is not " + CHAT + ", the only one answered here");
    }
    ChatRequest chat = ChatRequest.read(request.path("body"), imageRoot);
    return NewImageJob.toAnswer(
        customId,
        OptionalLong.of(sourceId),
        new ImagePrompt(Optional.empty(), Optional.empty(), chat.image(), chat.prompt()),
        chat.settings());
  }

  private static boolean isAbsentOr(JsonNode value, String text) {
    return ChatFields.isAbsent(value) || value.asText().equals(text);
  }

  @Override
  public NewImageJob unusable(Line line, String why) {
    return rejected(line, Optional.empty(), why);
  }

  private NewImageJob rejected(Line line, Optional<String> customId, String why) {
    return NewImageJob.rejected(
        customId.orElseGet(() -> ids.ofLine(line)),
        OptionalLong.of(sourceId),
        new ImagePrompt(Optional.empty(), Optional.empty(), Optional.empty(), ""),
        new JobFailure(
            Stage.INGEST.stored(),
            REQUEST_LINE,
            "line " + line.number() + " is no usable request: " + why,
            1));
  }
}
