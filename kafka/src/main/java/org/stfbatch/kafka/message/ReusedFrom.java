package org.stfbatch.kafka.message;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/**
 * The job that a reused answer was computed for.
 *
 * @param run name of its run
 * @param customId the job's name in that run
 */
public record ReusedFrom(String run, String customId) {
  private static final String NAME = "reused_from";

  public ReusedFrom {
    Objects.requireNonNull(run, "run is null");
    Objects.requireNonNull(customId, "customId is null");
  }

  static Optional<ReusedFrom> of(Fields answer) throws MessageException {
    Optional<Fields> fields = answer.optionalObject(NAME);
    return fields.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new ReusedFrom(
                fields.get().required("run", FieldType.RUN),
                fields.get().required("custom_id", FieldType.CUSTOM_ID)));
  }

  void writeTo(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart(NAME);
    json.writeStringField("run", run);
    json.writeStringField("custom_id", customId);
    json.writeEndObject();
  }
}
