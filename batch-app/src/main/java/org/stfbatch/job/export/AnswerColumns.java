package org.stfbatch.job.export;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;
import org.stfbatch.db.AnswerSource;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.StoredAnswer;

/** Parquet schema and writer of answers, with the columns of {@link CsvFormat}. */
final class AnswerColumns {
  private static final String LOG_PROBABILITIES = "log_probabilities";

  static final MessageType SCHEMA =
      Types.buildMessage()
          .required(BINARY)
          .as(stringType())
          .named("custom_id")
          .optional(BINARY)
          .as(stringType())
          .named("question_id")
          .optional(BINARY)
          .as(stringType())
          .named("category")
          .optional(BINARY)
          .as(stringType())
          .named("image")
          .required(BINARY)
          .as(stringType())
          .named("prompt")
          .required(BINARY)
          .as(stringType())
          .named("text")
          .required(BINARY)
          .as(stringType())
          .named("finish_reason")
          .required(INT32)
          .named("prompt_tokens")
          .required(INT32)
          .named("vision_tokens")
          .required(INT32)
          .named("generated_tokens")
          .required(BINARY)
          .as(stringType())
          .named("model")
          .required(BINARY)
          .as(stringType())
          .named("model_fingerprint")
          .required(BINARY)
          .as(stringType())
          .named("compression")
          .required(BINARY)
          .as(stringType())
          .named("weight_format")
          .required(INT64)
          .as(timestampType(true, TimeUnit.MICROS))
          .named("answered_at")
          .optionalMap()
          .key(BINARY)
          .as(stringType())
          .requiredValue(DOUBLE)
          .named(LOG_PROBABILITIES)
          .required(INT32)
          .named("attempt")
          .optional(BINARY)
          .as(stringType())
          .named("reused_from_run")
          .optional(BINARY)
          .as(stringType())
          .named("reused_from_custom_id")
          .named("answers");

  private final RecordConsumer record;

  AnswerColumns(RecordConsumer record) {
    this.record = record;
  }

  void write(ExportRow row) {
    StoredAnswer answer = row.answer().orElseThrow();
    text("custom_id", row.customId());
    text("question_id", Columns.plainQuestionId(row));
    text("category", row.prompt().category());
    text("image", Columns.image(row));
    text("prompt", row.prompt().text());
    text("text", answer.text());
    text("finish_reason", answer.finishReason());
    integer("prompt_tokens", answer.tokens().prompt());
    integer("vision_tokens", answer.tokens().vision());
    integer("generated_tokens", answer.tokens().generated());
    text("model", answer.modelName());
    text("model_fingerprint", answer.model().fingerprint());
    text("compression", answer.model().compression());
    text("weight_format", answer.model().weightFormat());
    time("answered_at", answer.answeredAt());
    if (!answer.logProbabilities().isEmpty()) {
      map(LOG_PROBABILITIES, answer.logProbabilities());
    }
    integer("attempt", row.attempt());
    text("reused_from_run", answer.source().map(AnswerSource::run));
    text("reused_from_custom_id", answer.source().map(AnswerSource::customId));
  }

  private void text(String name, Optional<String> value) {
    value.ifPresent(text -> text(name, text));
  }

  private void text(String name, String value) {
    field(name, SCHEMA.getFieldIndex(name), () -> record.addBinary(Binary.fromString(value)));
  }

  private void integer(String name, int value) {
    field(name, SCHEMA.getFieldIndex(name), () -> record.addInteger(value));
  }

  private void time(String name, Instant value) {
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, value);
    field(name, SCHEMA.getFieldIndex(name), () -> record.addLong(micros));
  }

  private void map(String name, Map<String, Double> values) {
    field(
        name,
        SCHEMA.getFieldIndex(name),
        () -> group(() -> field("key_value", 0, () -> values.forEach(this::entry))));
  }

  private void entry(String key, double value) {
    group(
        () -> {
          field("key", 0, () -> record.addBinary(Binary.fromString(key)));
          field("value", 1, () -> record.addDouble(value));
        });
  }

  private void field(String name, int index, Runnable content) {
    record.startField(name, index);
    content.run();
    record.endField(name, index);
  }

  private void group(Runnable content) {
    record.startGroup();
    content.run();
    record.endGroup();
  }
}
