package org.stfbatch.job.export;

import java.util.LinkedHashMap;
import java.util.Map;
import org.stfbatch.db.AnswerSource;

/** The metadata of a reused answer, as in every line format that has a metadata object. */
final class ReuseMetadata {
  private ReuseMetadata() {}

  static Map<String, String> of(AnswerSource source) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("reused_from_run", source.run());
    metadata.put("reused_from_custom_id", source.customId());
    return metadata;
  }
}
