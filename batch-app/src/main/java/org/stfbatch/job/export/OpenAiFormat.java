package org.stfbatch.job.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.StoredAnswer;
import org.stfbatch.db.TokenCounts;

/**
 * Output lines of OpenAI's Batch API for chat completions, for answers and failures: {@code id},
 * {@code custom_id}, {@code response}, {@code error}. The {@code response} of a failure is null.
 * All ids are derived from the names of the run and the job, so that repeated exports give the same
 * file.
 */
final class OpenAiFormat {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int OK = 200;

  private final String run;

  OpenAiFormat(String run) {
    this.run = run;
  }

  void answered(ExportRow row, Appendable out) throws IOException {
    ObjectNode line = line(row);
    ObjectNode response = line.putObject("response");
    response.put("status_code", OK);
    response.put("request_id", "req_" + id("request", row));
    response.set("body", completion(row));
    line.putNull("error");
    out.append(Columns.line(line));
  }

  void failed(ExportRow row, Appendable out) throws IOException {
    ObjectNode line = line(row);
    line.putNull("response");
    ObjectNode error = line.putObject("error");
    error.put("code", row.failure().orElseThrow().failure().code());
    error.put("message", row.failure().orElseThrow().failure().message());
    out.append(Columns.line(line));
  }

  private ObjectNode line(ExportRow row) {
    ObjectNode line = JSON.createObjectNode();
    line.put("id", "batch_req_" + id("line", row));
    line.put("custom_id", row.customId());
    return line;
  }

  private ObjectNode completion(ExportRow row) {
    StoredAnswer answer = row.answer().orElseThrow();
    ObjectNode completion = JSON.createObjectNode();
    completion.put("id", "chatcmpl-" + id("completion", row));
    completion.put("object", "chat.completion");
    completion.put("created", answer.answeredAt().getEpochSecond());
    completion.put("model", answer.modelName());
    ObjectNode choice = completion.putArray("choices").addObject();
    choice.put("index", 0);
    ObjectNode message = choice.putObject("message");
    message.put("role", "assistant");
    message.put("content", answer.text());
    message.putNull("refusal");
    choice.putNull("logprobs");
    choice.put("finish_reason", finishReason(answer.finishReason()));
    completion.set("usage", usage(answer.tokens()));
    completion.put("system_fingerprint", answer.model().systemFingerprint());
    answer
        .source()
        .map(ReuseMetadata::of)
        .ifPresent(metadata -> completion.set("metadata", JSON.valueToTree(metadata)));
    return completion;
  }

  /**
   * Maps a stored finish reason to OpenAI's: the API reports the model's end token and a stop text
   * alike as {@code stop}. {@code repetition} is vLLM's.
   */
  private static String finishReason(String stored) {
    return switch (stored) {
      case "length", "repetition" -> stored;
      default -> "stop";
    };
  }

  private static ObjectNode usage(TokenCounts tokens) {
    ObjectNode usage = JSON.createObjectNode();
    int prompt = tokens.prompt() + tokens.vision();
    usage.put("prompt_tokens", prompt);
    usage.put("completion_tokens", tokens.generated());
    usage.put("total_tokens", prompt + tokens.generated());
    ObjectNode details = usage.putObject("prompt_tokens_details");
    details.put("text_tokens", tokens.prompt());
    details.put("image_tokens", tokens.vision());
    return usage;
  }

  private String id(String what, ExportRow row) {
    String name = String.join("\n", what, run, row.customId());
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8))
        .toString()
        .replace("-", "");
  }
}
