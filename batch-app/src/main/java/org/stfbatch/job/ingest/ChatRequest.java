package org.stfbatch.job.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.stfbatch.base.PenaltyRange;
import org.stfbatch.base.PenaltySettings;
import org.stfbatch.base.SamplingRange;
import org.stfbatch.base.Shortened;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.JobSettings;
import org.stfbatch.image.ImageRoot;

/**
 * Body of a chat completion request that LLaVA can answer: optional system messages, then one user
 * message with at most one image.
 *
 * <p>The model was trained with the system text of its conversation template. Therefore the text of
 * the system messages precedes the user's text, each message on its own lines. The image precedes
 * the text wherever the request has it, as in training. A setting that would change the answer and
 * is not supported makes the request unusable: see {@link ChatFields}.
 *
 * @param image a path below the image folder, a URL or a data URI
 * @param prompt the text of all messages
 * @param settings the generation settings
 */
record ChatRequest(Optional<String> image, String prompt, JobSettings settings) {
  private static final Set<String> MESSAGE = Set.of("role", "content", "name");
  private static final Set<String> TEXT_PART = Set.of("type", "text", "cache_control");
  private static final Set<String> IMAGE_PART =
      Set.of("type", "image_url", "uuid", "cache_control");
  private static final Set<String> IMAGE_URL = Set.of("url", "detail");
  private static final Set<String> DETAILS = Set.of("auto", "low", "high");
  private static final Set<String> STREAM_OPTIONS =
      Set.of("include_usage", "include_obfuscation", "continuous_usage_stats");
  private static final Set<String> STRUCTURED_OUTPUTS =
      Set.of(
          "choice",
          "disable_fallback",
          "disable_any_whitespace",
          "disable_additional_properties",
          "whitespace_pattern");
  private static final String GUIDED_CHOICE = "guided_choice";
  private static final String STRUCTURED_CHOICE = "structured_outputs.choice";

  /**
   * Parses a request body.
   *
   * @param imageRoot the folder against which {@code file:} addresses of images are resolved
   * @throws BadRequestException if it cannot be answered
   * @throws IllegalArgumentException if a setting is out of its range
   */
  static ChatRequest read(JsonNode body, ImageRoot imageRoot) throws BadRequestException {
    require(body.isObject(), "its body is not a JSON object");
    ChatFields.requireAnswerable(body);
    requireOptions(body.path("stream_options"), "stream_options", STREAM_OPTIONS);
    Messages messages = new Messages(imageRoot);
    for (JsonNode message : list(body, "messages")) {
      messages.add(message);
    }
    return messages.request(settings(body));
  }

  private static void requireOptions(JsonNode options, String name, Set<String> known)
      throws BadRequestException {
    if (!isAbsent(options)) {
      require(options.isObject(), "its " + name + " is not an object");
      ChatFields.requireKnown(options, name + ".", known);
    }
  }

  private static JobSettings settings(JsonNode body) throws BadRequestException {
    JsonNode most = body.path("max_completion_tokens");
    String name = isAbsent(most) ? "max_tokens" : "max_completion_tokens";
    return new JobSettings(
        integer(body, name),
        real(body, "temperature", SamplingRange::temperature),
        real(body, "top_p", SamplingRange::topP),
        longInteger(body, "seed"),
        stop(body),
        choices(body),
        penalties(body));
  }

  private static PenaltySettings penalties(JsonNode body) throws BadRequestException {
    return new PenaltySettings(
        real(body, "repetition_penalty", PenaltyRange::repetition),
        ngramSize(body, "no_repeat_ngram_size"),
        real(body, "presence_penalty", PenaltyRange::subtracted),
        real(body, "frequency_penalty", PenaltyRange::subtracted));
  }

  private static OptionalInt ngramSize(JsonNode body, String name) throws BadRequestException {
    JsonNode value = wholeNumber(body, name);
    if (isAbsent(value)) {
      return OptionalInt.empty();
    }
    require(
        value.canConvertToInt() && value.intValue() >= 0,
        "its " + name + " must be " + PenaltyRange.NGRAM_SIZE + ", and is " + shown(value));
    return OptionalInt.of(value.intValue());
  }

  private static Optional<ChoiceTexts> choices(JsonNode body) throws BadRequestException {
    JsonNode structured = body.path("structured_outputs");
    requireOptions(structured, "structured_outputs", STRUCTURED_OUTPUTS);
    JsonNode guided = body.path(GUIDED_CHOICE);
    JsonNode choice = structured.path("choice");
    require(
        isAbsent(guided) || isAbsent(choice),
        "it has both " + GUIDED_CHOICE + " and " + STRUCTURED_CHOICE + ": give one");
    return isAbsent(choice) ? choices(guided, GUIDED_CHOICE) : choices(choice, STRUCTURED_CHOICE);
  }

  private static Optional<ChoiceTexts> choices(JsonNode value, String name)
      throws BadRequestException {
    if (isAbsent(value)) {
      return Optional.empty();
    }
    require(value.isArray(), "its " + name + " is not a list of texts");
    List<String> texts = new ArrayList<>();
    for (JsonNode text : value) {
      require(text.isTextual(), "its " + name + " is not a list of texts");
      texts.add(text.asText());
    }
    try {
      return Optional.of(new ChoiceTexts(texts));
    } catch (IllegalArgumentException e) {
      throw new BadRequestException("its " + name + " cannot be used: " + e.getMessage());
    }
  }

  private static OptionalInt integer(JsonNode body, String name) throws BadRequestException {
    JsonNode value = wholeNumber(body, name);
    if (isAbsent(value)) {
      return OptionalInt.empty();
    }
    require(
        value.canConvertToInt() && value.intValue() > 0,
        "its " + name + " must be above 0, at most 2147483647, and is " + shown(value));
    return OptionalInt.of(value.intValue());
  }

  private static OptionalLong longInteger(JsonNode body, String name) throws BadRequestException {
    JsonNode value = wholeNumber(body, name);
    if (isAbsent(value)) {
      return OptionalLong.empty();
    }
    require(
        value.canConvertToLong(),
        "its " + name + " must fit 64 bits with a sign, and is " + shown(value));
    return OptionalLong.of(value.longValue());
  }

  private static JsonNode wholeNumber(JsonNode body, String name) throws BadRequestException {
    JsonNode value = body.path(name);
    require(isAbsent(value) || value.isIntegralNumber(), "its " + name + " is not a whole number");
    return value;
  }

  private static String shown(JsonNode value) {
    return Shortened.given(value.asText());
  }

  private static OptionalDouble real(JsonNode body, String name, Range range)
      throws BadRequestException {
    JsonNode value = body.path(name);
    if (isAbsent(value)) {
      return OptionalDouble.empty();
    }
    require(value.isNumber(), "its " + name + " is not a number");
    return OptionalDouble.of(range.require("its " + name, value.doubleValue()));
  }

  /** Range check that returns the value. */
  private interface Range {
    double require(String name, double value);
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
    require(isAbsent(value) || value.isArray(), "its " + name + " is not a list");
    require(value.isArray() && !value.isEmpty(), "it has no " + name);
    return value;
  }

  private static boolean isAbsent(JsonNode value) {
    return ChatFields.isAbsent(value);
  }

  private static void require(boolean condition, String complaint) throws BadRequestException {
    if (!condition) {
      throw new BadRequestException(complaint);
    }
  }

  /** The messages read so far. */
  private static final class Messages {
    private final ImageRoot imageRoot;
    private final List<String> texts = new ArrayList<>();
    private String image;
    private boolean asked;

    Messages(ImageRoot imageRoot) {
      this.imageRoot = imageRoot;
    }

    void add(JsonNode message) throws BadRequestException {
      String role = message.path("role").asText();
      boolean system = role.equals("system") || role.equals("developer");
      require(
          system || role.equals("user"),
          "it holds a message of role \""
              + Shortened.given(role)
              + "\": only system and user can be answered");
      ChatFields.requireKnown(message, "messages.", MESSAGE);
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
          ChatFields.requireKnown(part, "messages.content.", TEXT_PART);
          require(part.path("text").isTextual(), "a text of its messages is no string");
          texts.add(part.path("text").asText());
        }
        case "image_url" -> {
          ChatFields.requireKnown(part, "messages.content.", IMAGE_PART);
          require(!system, "its system message holds an image");
          require(image == null, "it holds several images: ask about one");
          image = reference(part.path("image_url"));
        }
        default ->
            throw new BadRequestException(
                "it holds content of type \""
                    + Shortened.given(part.path("type").asText())
                    + "\": only text and image_url can be answered");
      }
    }

    private String reference(JsonNode imageUrl) throws BadRequestException {
      if (imageUrl.isObject()) {
        ChatFields.requireKnown(imageUrl, "image_url.", IMAGE_URL);
        JsonNode detail = imageUrl.path("detail");
        require(
            isAbsent(detail) || DETAILS.contains(detail.asText()),
            "its image_url.detail is none of auto, low and high");
      }
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
