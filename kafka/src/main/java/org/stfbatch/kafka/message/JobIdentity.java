package org.stfbatch.kafka.message;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/**
 * Identity of the job that an outcome belongs to.
 *
 * @param customId unique in the run: 1 to 500 characters
 * @param run the run's name: 1 to 200 characters
 * @param sequence number of the outcome in its run, increasing in publication order; 0 or more
 * @param questionId raw JSON text of a number or a string, copied from the job
 * @param category copied from the job
 * @param image the job's path or URL; for image bytes {@code sha256:} and their hash
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
