package org.stfbatch.kafka.message;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Message with one job: a prompt and at most one image.
 *
 * @param customId unique in the run: 1 to 500 characters
 * @param image the image; empty for a text-only prompt
 * @param prompt the question or caption request, not empty
 * @param settings generation settings
 * @param questionId raw JSON text of a number or a string, copied to the outcome
 * @param category copied to the outcome
 * @param run name of the run that the job belongs to, if the producer gives one
 */
public record ImageJobMessage(
    String customId,
    Optional<ImageReference> image,
    String prompt,
    GenerationSettings settings,
    Optional<String> questionId,
    Optional<String> category,
    Optional<String> run) {

  private static final Set<String> NAMES =
      Set.of(
          "custom_id",
          "image",
          "prompt",
          "max_new_tokens",
          "temperature",
          "top_p",
          "seed",
          "stop",
          "choices",
          "repetition_penalty",
          "no_repeat_ngram_size",
          "presence_penalty",
          "frequency_penalty",
          "question_id",
          "category",
          "run");

  public ImageJobMessage {
    Objects.requireNonNull(customId, "customId is null");
    Objects.requireNonNull(image, "image is null");
    Objects.requireNonNull(prompt, "prompt is null");
    Objects.requireNonNull(settings, "settings is null");
    Objects.requireNonNull(questionId, "questionId is null");
    Objects.requireNonNull(category, "category is null");
    Objects.requireNonNull(run, "run is null");
  }

  /** Returns a job with an image and without optional fields. */
  public static ImageJobMessage about(String customId, ImageReference image, String prompt) {
    return new ImageJobMessage(
        customId,
        Optional.of(image),
        prompt,
        GenerationSettings.DEFAULTS,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * Reads a message.
   *
   * @param value null for a tombstone
   * @throws MessageException if it is not a valid message of this type; with its custom_id if that
   *     could be read
   */
  public static ImageJobMessage parse(byte[] value, MessageHeaders headers)
      throws MessageException {
    MessageType.IMAGE_JOB.requireReadable(headers);
    Fields fields = Json.read(value);
    String customId = fields.required("custom_id", FieldType.CUSTOM_ID);
    try {
      return parse(customId, fields);
    } catch (MessageException e) {
      throw e.about(Optional.of(customId));
    }
  }

  private static ImageJobMessage parse(String customId, Fields fields) throws MessageException {
    fields.requireNoSettingBeside(NAMES);
    Optional<Fields> image = fields.optionalObject("image");
    return new ImageJobMessage(
        customId,
        image.isPresent() ? Optional.of(ImageReference.of(image.get())) : Optional.empty(),
        fields.required("prompt", FieldType.FILLED_TEXT),
        GenerationSettings.of(fields),
        fields.optional("question_id", FieldType.QUESTION_ID),
        fields.optional("category", FieldType.TEXT),
        fields.optional("run", FieldType.RUN));
  }

  /** Returns the message's value. */
  public byte[] toJson() {
    return Json.write(this::writeTo);
  }

  private void writeTo(JsonGenerator json) throws IOException {
    json.writeStringField("custom_id", customId);
    if (image.isPresent()) {
      json.writeObjectFieldStart("image");
      writeImage(json, image.get());
      json.writeEndObject();
    }
    json.writeStringField("prompt", prompt);
    settings.writeTo(json);
    Json.writeRaw(json, "question_id", questionId);
    Json.writeText(json, "category", category);
    Json.writeText(json, "run", run);
  }

  private static void writeImage(JsonGenerator json, ImageReference image) throws IOException {
    if (image instanceof ImageReference.Path path) {
      json.writeStringField("path", path.path());
    } else if (image instanceof ImageReference.Url url) {
      json.writeStringField("url", url.url());
    } else if (image instanceof ImageReference.Bytes bytes) {
      json.writeStringField("bytes", bytes.base64());
      Json.writeText(json, "media_type", bytes.mediaType());
    }
  }
}
