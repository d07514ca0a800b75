package org.stfbatch.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Checkpoint of a publisher: the value of its message in the position topic, one in each
 * transaction.
 *
 * @param owner random id of the publisher instance that wrote it
 * @param transaction number of the instance's transaction, by which it finds out whether a
 *     transaction with unknown result was committed
 * @param topicId of the data topic that the position belongs to
 * @param position empty if nothing has been published
 */
record PositionRecord(
    String owner, long transaction, String topicId, Optional<PublisherPosition> position) {

  private static final int VERSION = 1;
  private static final JsonMapper JSON = new JsonMapper();

  PositionRecord next(PublisherPosition newPosition) {
    return new PositionRecord(owner, transaction + 1, topicId, Optional.of(newPosition));
  }

  byte[] toJson() {
    ObjectNode json =
        JSON.createObjectNode()
            .put("version", VERSION)
            .put("owner", owner)
            .put("transaction", transaction)
            .put("topic_id", topicId);
    position.ifPresent(
        p -> {
          ObjectNode values = json.putObject("position");
          p.values().forEach((name, value) -> values.put(name, value));
        });
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a position cannot be written as JSON", e);
    }
  }

  /**
   * Parses a value of the position topic.
   *
   * @throws BrokerException that names the place, if another program or a newer version wrote it
   */
  static PositionRecord parse(byte[] value, String place) {
    try {
      JsonNode json = JSON.readTree(value);
      if (json.path("version").intValue() != VERSION || !json.path("owner").isTextual()) {
        throw foreign(place);
      }
      return new PositionRecord(
          json.path("owner").textValue(),
          json.path("transaction").longValue(),
          json.path("topic_id").asText(),
          Optional.ofNullable(json.get("position")).map(PositionRecord::position));
    } catch (IOException e) {
      throw foreign(place);
    }
  }

  private static PublisherPosition position(JsonNode json) {
    TreeMap<String, Long> values = new TreeMap<>();
    json.properties().forEach(field -> values.put(field.getKey(), field.getValue().longValue()));
    return new PublisherPosition(values);
  }

  private static BrokerException foreign(String place) {
    return new BrokerException(
        place
            + " holds a position that this program did not write, or a newer one did: upgrade it, or"
            + " publish to another topic");
  }
}
