package org.stfbatch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads exports. */
final class Exported {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Exported() {}

  /** Returns the lines of a file; only a line feed ends a line. */
  static List<String> lines(Path file) throws IOException {
    return List.of(Files.readString(file).split("\n"));
  }

  static List<JsonNode> json(Path file) throws IOException {
    List<JsonNode> nodes = new ArrayList<>();
    for (String line : lines(file)) {
      if (!line.isEmpty()) {
        nodes.add(JSON.readTree(line));
      }
    }
    return nodes;
  }

  /** Returns the lines of a file by question id. */
  static Map<String, JsonNode> byQuestion(Path file) throws IOException {
    return json(file).stream()
        .collect(Collectors.toMap(node -> node.path("question_id").asText(), Function.identity()));
  }

  static List<String> values(Path file, String field) throws IOException {
    return json(file).stream().map(node -> node.path(field).asText()).toList();
  }
}
