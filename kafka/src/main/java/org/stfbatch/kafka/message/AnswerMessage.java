package org.stfbatch.kafka.message;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.stfbatch.base.ModelIdentity;

/**
 * Message with the answer of one job.
 *
 * @param job the job
 * @param prompt the job's prompt, unless it is left out
 * @param text any text without lone surrogates; may contain NUL
 * @param finishReason why generation ended
 * @param tokens token counts
 * @param seconds latency by phase
 * @param model the model that answered
 * @param answeredAt when
 * @param logProbabilities by choice, natural logarithms, in the order of the choices; empty if the
 *     answer was generated
 * @param attempt number of this outcome of the job, from 1; 1 in messages of older versions
 * @param reusedFrom the job that the answer was computed for, if it was reused
 */
public record AnswerMessage(
    JobIdentity job,
    Optional<String> prompt,
    String text,
    String finishReason,
    Tokens tokens,
    Seconds seconds,
    Model model,
    Instant answeredAt,
    Map<String, Double> logProbabilities,
    int attempt,
    Optional<ReusedFrom> reusedFrom) {

  public AnswerMessage {
    Objects.requireNonNull(job, "job is null");
    Objects.requireNonNull(prompt, "prompt is null");
    Objects.requireNonNull(text, "text is null");
    Objects.requireNonNull(finishReason, "finishReason is null");
    Objects.requireNonNull(tokens, "tokens is null");
    Objects.requireNonNull(seconds, "seconds is null");
    Objects.requireNonNull(model, "model is null");
    Objects.requireNonNull(answeredAt, "answeredAt is null");
    Objects.requireNonNull(reusedFrom, "reusedFrom is null");
    logProbabilities = Collections.unmodifiableMap(new LinkedHashMap<>(logProbabilities));
  }

  /**
   * Token counts of the answer.
   *
   * @param prompt text tokens of the prompt
   * @param vision vision tokens of the image
   * @param generated tokens of the answer
   */
  public record Tokens(int prompt, int vision, int generated) {

    private static final FieldType<Integer> COUNT = FieldType.intFrom(0);

    private static Tokens of(Fields fields) throws MessageException {
      return new Tokens(
          fields.required("prompt", COUNT),
          fields.required("vision", COUNT),
          fields.required("generated", COUNT));
    }
  }

  /**
   * Latency of the answer by phase, in seconds.
   *
   * @param queue from submission to the start of prefill
   * @param prefill encoding the image and prefilling the prompt
   * @param decode generating tokens
   */
  public record Seconds(double queue, double prefill, double decode) {

    private static final BigDecimal MAX = new BigDecimal("1e308");
    private static final FieldType<Double> SECONDS =
        FieldType.number(
            "a number of 0 or more", value -> value.signum() >= 0 && value.compareTo(MAX) <= 0);

    private static Seconds of(Fields fields) throws MessageException {
      return new Seconds(
          fields.required("queue", SECONDS),
          fields.required("prefill", SECONDS),
          fields.required("decode", SECONDS));
    }
  }

  /**
   * The model that answered. A message without compression or weight format was written by a
   * version without these features.
   *
   * @param name the user's name of the checkpoint
   * @param identity answers with equal identities are comparable
   */
  public record Model(String name, ModelIdentity identity) {

    public Model {
      Objects.requireNonNull(name, "name is null");
      Objects.requireNonNull(identity, "identity is null");
    }

    private static Model of(Fields fields) throws MessageException {
      return new Model(
          fields.required("name", FieldType.TEXT),
          new ModelIdentity(
              fields.required("fingerprint", FieldType.TEXT),
              fields
                  .optional("compression", FieldType.FILLED_TEXT)
                  .orElse(ModelIdentity.NO_COMPRESSION),
              fields
                  .optional("weight_format", FieldType.FILLED_TEXT)
                  .orElse(ModelIdentity.PLAIN_WEIGHTS)));
    }

    private void writeTo(JsonGenerator json) throws IOException {
      json.writeStringField("name", name);
      json.writeStringField("fingerprint", identity.fingerprint());
      json.writeStringField("compression", identity.compression());
      json.writeStringField("weight_format", identity.weightFormat());
    }
  }

  /**
   * Reads a message.
   *
   * @throws MessageException if it is not a valid message of this type
   */
  public static AnswerMessage parse(byte[] value, MessageHeaders headers) throws MessageException {
    MessageType.ANSWER.requireReadable(headers);
    Fields fields = Json.read(value);
    return new AnswerMessage(
        JobIdentity.of(fields),
        fields.optional("prompt", FieldType.TEXT),
        fields.required("text", FieldType.ANSWER),
        fields.required("finish_reason", FieldType.FILLED_TEXT),
        Tokens.of(fields.requiredObject("tokens")),
        Seconds.of(fields.requiredObject("seconds")),
        Model.of(fields.requiredObject("model")),
        fields.required("answered_at", FieldType.INSTANT),
        fields.optional("log_probabilities", FieldType.LOG_PROBABILITIES).orElse(Map.of()),
        fields.optional("attempt", FieldType.ATTEMPT).orElse(1),
        ReusedFrom.of(fields));
  }

  /** Returns the message's value. */
  public byte[] toJson() {
    return Json.write(this::writeTo);
  }

  private void writeTo(JsonGenerator json) throws IOException {
    job.writeTo(json);
    Json.writeText(json, "prompt", prompt);
    json.writeStringField("text", text);
    json.writeStringField("finish_reason", finishReason);
    json.writeObjectFieldStart("tokens");
    json.writeNumberField("prompt", tokens.prompt());
    json.writeNumberField("vision", tokens.vision());
    json.writeNumberField("generated", tokens.generated());
    json.writeEndObject();
    json.writeObjectFieldStart("seconds");
    json.writeNumberField("queue", seconds.queue());
    json.writeNumberField("prefill", seconds.prefill());
    json.writeNumberField("decode", seconds.decode());
    json.writeEndObject();
    json.writeObjectFieldStart("model");
    model.writeTo(json);
    json.writeEndObject();
    json.writeStringField("answered_at", answeredAt.toString());
    json.writeNumberField("attempt", attempt);
    if (reusedFrom.isPresent()) {
      reusedFrom.get().writeTo(json);
    }
    if (!logProbabilities.isEmpty()) {
      json.writeObjectFieldStart("log_probabilities");
      for (Map.Entry<String, Double> choice : logProbabilities.entrySet()) {
        json.writeNumberField(choice.getKey(), choice.getValue());
      }
      json.writeEndObject();
    }
  }
}
