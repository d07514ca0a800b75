package org.stfbatch.kafka.message;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.util.Objects;

/**
 * Why one job has no answer.
 *
 * @param job whose failure it is
 * @param stage where it failed, for example {@code image}
 * @param code stable and for programs, for example {@code IMAGE_NOT_FOUND}
 * @param message for people
 * @param attempts how often it was tried, 0 if it never was
 * @param failedAt when
 */
public record FailureMessage(
    JobIdentity job, String stage, String code, String message, int attempts, Instant failedAt) {

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
   * @throws MessageException if it is no such message
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
        fields.required("failed_at", FieldType.INSTANT));
  }

  /** The message's value. */
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
  }
}
