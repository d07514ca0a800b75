package org.stfbatch.kafka.message;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/**
 * Which job an outcome belongs to.
 *
 * @param customId identifies the job in its run: 1 to 500 characters
 * @param run the run's name: 1 to 200 characters
 * @param sequence grows with every outcome of the run, in the order of publication; 0 or more
 * @param questionId raw JSON text of a number or a string, as the job had it
 * @param category as the job had it
 * @param image the path or URL as the job had it; of image bytes {@code sha256:} and their hash
 */
public record JobIdentity(
    String customId,
    String run,
    long sequence,
    Optional<String> questionId,
    Optional<String> category,
    Optional<String> image) {

  private static final FieldType<Long> SEQUENCE = FieldType.integer(0, Long.MAX_VALUE);

  public JobIdentity {
    Objects.requireNonNull(customId, "customId is null");
    Objects.requireNonNull(run, "run is null");
    Objects.requireNonNull(questionId, "questionId is null");
    Objects.requireNonNull(category, "category is null");
    Objects.requireNonNull(image, "image is null");
  }

  static JobIdentity of(Fields fields) throws MessageException {
    return new JobIdentity(
        fields.required("custom_id", FieldType.CUSTOM_ID),
        fields.required("run", FieldType.RUN),
        fields.required("sequence", SEQUENCE),
        fields.optional("question_id", FieldType.QUESTION_ID),
        fields.optional("category", FieldType.TEXT),
        fields.optional("image", FieldType.FILLED_TEXT));
  }

  void writeTo(JsonGenerator json) throws IOException {
    json.writeStringField("custom_id", customId);
    json.writeStringField("run", run);
    json.writeNumberField("sequence", sequence);
    Json.writeRaw(json, "question_id", questionId);
    Json.writeText(json, "category", category);
    Json.writeText(json, "image", image);
  }
}
