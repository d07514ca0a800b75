package org.stfbatch.job.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.util.Optional;
import org.stfbatch.db.AnswerSource;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.StoredAnswer;
import org.stfbatch.db.StoredFailure;
import org.stfbatch.secret.Secrets;

/** Converts rows to JSON objects; shared by the project's own formats. */
final class Columns {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Columns() {}

  static ObjectNode answered(ExportRow row) {
    StoredAnswer answer = row.answer().orElseThrow();
    ObjectNode object = job(row);
    object.put("text", answer.text());
    object.put("finish_reason", answer.finishReason());
    object.put("prompt_tokens", answer.tokens().prompt());
    object.put("vision_tokens", answer.tokens().vision());
    object.put("generated_tokens", answer.tokens().generated());
    object.put("model", answer.modelName());
    object.put("model_fingerprint", answer.model().fingerprint());
    object.put("compression", answer.model().compression());
    object.put("weight_format", answer.model().weightFormat());
    object.put("answered_at", answer.answeredAt().toString());
    object.set("log_probabilities", logProbabilities(answer));
    object.put("attempt", row.attempt());
    object.put("reused_from_run", answer.source().map(AnswerSource::run).orElse(null));
    object.put("reused_from_custom_id", answer.source().map(AnswerSource::customId).orElse(null));
    return object;
  }

  private static JsonNode logProbabilities(StoredAnswer answer) {
    return answer.logProbabilities().isEmpty()
        ? JSON.nullNode()
        : JSON.valueToTree(answer.logProbabilities());
  }

  static ObjectNode failed(ExportRow row) {
    StoredFailure failed = row.failure().orElseThrow();
    ObjectNode object = job(row);
    object.put("stage", failed.failure().stage());
    object.put("code", failed.failure().code());
    object.put("message", failed.failure().message());
    object.put("attempts", failed.failure().attempts());
    object.put("failed_at", failed.failedAt().toString());
    object.put("attempt", row.attempt());
    return object;
  }

  private static ObjectNode job(ExportRow row) {
    ObjectNode object = JSON.createObjectNode();
    object.put("custom_id", row.customId());
    object.set("question_id", questionId(row.prompt().questionId()));
    object.put("category", row.prompt().category().orElse(null));
    object.put("image", image(row).orElse(null));
    object.put("prompt", row.prompt().text());
    return object;
  }

  /**
   * Returns the image reference as it was given, with the secrets of a URL masked, because exports
   * are passed on.
   */
  static Optional<String> image(ExportRow row) {
    return row.prompt().image().map(Secrets::maskReference);
  }

  private static JsonNode questionId(Optional<String> json) {
    if (json.isEmpty()) {
      return JSON.nullNode();
    }
    try {
      JSON.readTree(json.get());
      // Keep the number as it was written: 7.0 stays 7.0.
      return JSON.getNodeFactory().rawValueNode(new RawValue(json.get()));
    } catch (JsonProcessingException e) {
      // The id of a rejected line may contain replaced characters and then is not valid JSON.
      return JSON.getNodeFactory().textNode(json.get());
    }
  }

  /**
   * Returns the text of a question id that is a string; empty if there is no id or it is a number.
   */
  static Optional<String> questionIdText(Optional<String> json) {
    return json.filter(id -> id.startsWith("\"")).map(Columns::parsed);
  }

  /** Returns a string id without its quotes, or a number as it was written. */
  static Optional<String> plainQuestionId(ExportRow row) {
    Optional<String> json = row.prompt().questionId();
    return questionIdText(json).or(() -> json);
  }

  private static String parsed(String json) {
    try {
      return JSON.readTree(json).asText();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored question_id is no JSON: " + json, e);
    }
  }

  static String line(ObjectNode object) {
    try {
      return JSON.writeValueAsString(object) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a row could not be written as JSON", e);
    }
  }
}
