package org.stfbatch.kafka.message;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.util.Objects;

/**
 * Message with the failure of one job.
 *
 * @param job the job
 * @param stage where the job failed, for example {@code image}
 * @param code stable, for programs, for example {@code IMAGE_NOT_FOUND}
 * @param message for users
 * @param attempts how often it was tried within this attempt, 0 if it was never tried
 * @param failedAt when
 * @param attempt number of this outcome of the job, from 1; 1 in messages of older versions
 */
public record FailureMessage(
    JobIdentity job,
    String stage,
    String code,
    String message,
    int attempts,
    Instant failedAt,
    int attempt) {

  private static final FieldType<Integer> ATTEMPTS = FieldType.intFrom(0);

  public FailureMessage {
    Objects.requireNonNull(job, "job is null");
    Objects.requireNonNull(stage, "stage is null");
    Objects.requireNonNull(code, "code is null");
    Objects.requireNonNull(message, "message is null");
    Objects.requireNonNull(failedAt, "failedAt is null");
  }

  /**
   * Reads a message.
   *
   * @throws MessageException if it is not a valid message of this type
   */
  public static FailureMessage parse(byte[] value, MessageHeaders headers) throws MessageException {
    MessageType.FAILURE.requireReadable(headers);
    Fields fields = Json.read(value);
    return new FailureMessage(
        JobIdentity.of(fields),
        fields.required("stage", FieldType.FILLED_TEXT),
        fields.required("code", FieldType.FILLED_TEXT),
        fields.required("message", FieldType.TEXT),
        fields.required("attempts", ATTEMPTS),
        fields.required("failed_at", FieldType.INSTANT),
        fields.optional("attempt", FieldType.ATTEMPT).orElse(1));
  }

  /** Returns the message's value. */
  public byte[] toJson() {
    return Json.write(this::writeTo);
  }

  private void writeTo(JsonGenerator json) throws IOException {
    job.writeTo(json);
    json.writeStringField("stage", stage);
    json.writeStringField("code", code);
    json.writeStringField("message", message);
    json.writeNumberField("attempts", attempts);
    json.writeStringField("failed_at", failedAt.toString());
    json.writeNumberField("attempt", attempt);
  }
}
