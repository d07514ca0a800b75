package org.stfbatch.job.export;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a part of an export holds; stored beside it. A repeated export keeps a part whose content
 * would be the same.
 *
 * @param run name of the run
 * @param rows number of answers
 * @param bytes size of the part
 * @param content SHA-256 of the rows and the format; empty while the part is written
 */
@JsonPropertyOrder({"run", "rows", "bytes", "content"})
record PartManifest(String run, long rows, long bytes, String content) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Returns the manifest of a part that is not complete. */
  static PartManifest begun(String run) {
    return new PartManifest(run, 0, 0, "");
  }

  /** Returns whether the part has this content. */
  boolean holds(String wanted) {
    return !wanted.isEmpty() && content.equals(wanted);
  }

  byte[] json() throws JsonProcessingException {
    return (JSON.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the manifest; empty if the bytes are none. */
  static Optional<PartManifest> parse(byte[] json) {
    try {
      PartManifest manifest = JSON.readValue(json, PartManifest.class);
      boolean whole = manifest != null && manifest.run != null && manifest.content != null;
      return whole ? Optional.of(manifest) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
