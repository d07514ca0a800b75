package org.stfbatch.job.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.stfbatch.db.JobSettings;

/**
 * The body of a chat completion request, as far as LLaVA can answer it: one user message with at
 * most one image, before it system messages.
 *
 * <p>The conversation template has a system text of its own, with which the model was trained; so
 * the system messages become the beginning of the user's text, each on lines of its own. The image
 * stands before the text, wherever the request has it, as it did in training. A setting that would
 * change the answer and cannot be carried out makes the request unusable; others are passed over.
 *
 * @param image a path below the image folder, a URL or a data URI
 * @param prompt the text of all messages
 * @param settings how to generate
 */
record ChatRequest(Optional<String> image, String prompt, JobSettings settings) {
  /** What these may be, beside null, for an answer to be what was asked for. */
  private static final Map<String, List<String>> HARMLESS =
      Map.of(
          "n", List.of("1"),
          "stream", List.of("false"),
          "logprobs", List.of("false"),
          "frequency_penalty", List.of("0", "0.0"),
          "presence_penalty", List.of("0", "0.0"),
          "logit_bias", List.of("{}"),
          "tools", List.of("[]"),
          "functions", List.of("[]"),
          "response_format", List.of("{\"type\":\"text\"}"));

  /**
   * @param imageRoot the folder that {@code file:} addresses of images are to be below
   * @throws BadRequestException if it cannot be answered
   * @throws IllegalArgumentException if a setting is out of its range
   */
  static ChatRequest read(JsonNode body, Path imageRoot) throws BadRequestException {
    require(body.isObject(), "its body is not a JSON object");
    requireAnswerable(body);
    Messages messages = new Messages(imageRoot);
    for (JsonNode message : list(body, "messages")) {
      messages.add(message);
    }
    return messages.request(settings(body));
  }

  private static void requireAnswerable(JsonNode body) throws BadRequestException {
    for (Map.Entry<String, List<String>> setting : HARMLESS.entrySet()) {
      JsonNode value = body.path(setting.getKey());
      require(
          isAbsent(value) || setting.getValue().contains(value.toString()),
          "its " + setting.getKey() + " cannot be carried out here: leave it out");
    }
  }

  private static JobSettings settings(JsonNode body) throws BadRequestException {
    JsonNode most = body.path("max_completion_tokens");
    String name = isAbsent(most) ? "max_tokens" : "max_completion_tokens";
    return new JobSettings(
        integer(body, name),
        real(body, "temperature"),
        real(body, "top_p"),
        longInteger(body, "seed"),
        stop(body));
  }

  private static OptionalInt integer(JsonNode body, String name) throws BadRequestException {
    OptionalLong value = longInteger(body, name);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    require(
        value.getAsLong() > 0 && value.getAsLong() <= Integer.MAX_VALUE,
        "its " + name + " must be above 0, and is " + value.getAsLong());
    return OptionalInt.of((int) value.getAsLong());
  }

  private static OptionalLong longInteger(JsonNode body, String name) throws BadRequestException {
    JsonNode value = body.path(name);
    if (isAbsent(value)) {
      return OptionalLong.empty();
    }
    require(
        value.isIntegralNumber() && value.canConvertToLong(),
        "its " + name + " is not a whole number");
    return OptionalLong.of(value.asLong());
  }

  private static OptionalDouble real(JsonNode body, String name) throws BadRequestException {
    JsonNode value = body.path(name);
    if (isAbsent(value)) {
      return OptionalDouble.empty();
    }
    require(value.isNumber(), "its " + name + " is not a number");
    return OptionalDouble.of(value.asDouble());
  }

  private static Optional<List<String>> stop(JsonNode body) throws BadRequestException {
    JsonNode value = body.path("stop");
    if (isAbsent(value)) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode text : value.isArray() ? value : List.of(value)) {
      require(
          text.isTextual() && !text.asText().isEmpty(),
          "its stop is neither a text nor a list of texts");
      texts.add(text.asText());
    }
    return Optional.of(texts);
  }

  private static JsonNode list(JsonNode object, String name) throws BadRequestException {
    JsonNode value = object.path(name);
    require(value.isArray() && !value.isEmpty(), "it has no " + name);
    return value;
  }

  private static boolean isAbsent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  private static void require(boolean condition, String complaint) throws BadRequestException {
    if (!condition) {
      throw new BadRequestException(complaint);
    }
  }

  /** What has been read of the messages so far. */
  private static final class Messages {
    private final Path imageRoot;
    private final List<String> texts = new ArrayList<>();
    private String image;
    private boolean asked;

    Messages(Path imageRoot) {
      this.imageRoot = imageRoot;
    }

    void add(JsonNode message) throws BadRequestException {
      String role = message.path("role").asText();
      boolean system = role.equals("system") || role.equals("developer");
      require(
          system || role.equals("user"),
          "it holds a message of role \"" + role + "\": only system and user can be answered");
      require(!asked, "something follows its user message: ask one question a request");
      asked = !system;
      JsonNode content = message.path("content");
      if (content.isTextual()) {
        texts.add(content.asText());
      } else {
        for (JsonNode part : list(message, "content")) {
          addPart(part, system);
        }
      }
    }

    private void addPart(JsonNode part, boolean system) throws BadRequestException {
      switch (part.path("type").asText()) {
        case "text" -> {
          require(part.path("text").isTextual(), "a text of its messages is no string");
          texts.add(part.path("text").asText());
        }
        case "image_url" -> {
          require(!system, "its system message holds an image");
          require(image == null, "it holds several images: ask about one");
          image = reference(part.path("image_url"));
        }
        default ->
            throw new BadRequestException(
                "it holds content of type \""
                    + part.path("type").asText()
                    + "\": only text and image_url can be answered");
      }
    }

    private String reference(JsonNode imageUrl) throws BadRequestException {
      JsonNode url = imageUrl.isObject() ? imageUrl.path("url") : imageUrl;
      require(url.isTextual() && !url.asText().isBlank(), "its image_url has no url");
      return ImageAddress.reference(url.asText(), imageRoot);
    }

    private ChatRequest request(JobSettings settings) throws BadRequestException {
      require(asked, "it has no user message");
      return new ChatRequest(Optional.ofNullable(image), String.join("\n", texts), settings);
    }
  }
}
