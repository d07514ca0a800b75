package org.stfbatch.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Serializes reports as JSON, with field names in snake case. */
final class ReportJson {
  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  /** Names of version 0.1 by those of today. */
  private static final Map<String, String> OLD_NAMES = Map.of("batch_reductions", "backoffs");

  private ReportJson() {}

  /**
   * Serializes a report for programs: facts whose name has changed are there under both names. To
   * be removed in the next version.
   */
  static String withOldNames(RunReport report) {
    JsonNode tree = JSON.valueToTree(report);
    addOldNames(tree);
    tree.path("others").forEach(ReportJson::addOldNames);
    return tree.toString();
  }

  private static void addOldNames(JsonNode report) {
    ArrayNode facts = (ArrayNode) report.get("facts");
    for (int i = facts.size() - 1; i >= 0; i--) {
      ObjectNode fact = (ObjectNode) facts.get(i);
      String old = OLD_NAMES.get(fact.get("name").asText());
      if (old != null) {
        facts.add(fact.deepCopy().put("name", old));
      }
    }
  }

  static String text(Record report) {
    try {
      return JSON.writeValueAsString(report);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report could not be written as JSON", e);
    }
  }
}
