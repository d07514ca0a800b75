package org.stfbatch.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The recorded reference outputs: the folder that the system property {@code stfbatch.golden}
 * names, else the copy in the test resources. Cases that need photographs are only in the former.
 */
public final class Golden {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Golden() {}

  /** The folder that holds MANIFEST.json and images.json. */
  public static Path folder() {
    String configured = System.getProperty("stfbatch.golden");
    if (configured != null && !configured.isBlank()) {
      return Path.of(configured).toAbsolutePath();
    }
    URL copy = Golden.class.getResource("/golden/MANIFEST.json");
    if (copy == null) {
      throw new IllegalStateException("the test resources lack golden/MANIFEST.json");
    }
    try {
      return Path.of(copy.toURI()).getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A file of the golden folder. */
  public static Path file(String relative) {
    return folder().resolve(relative);
  }

  /** MANIFEST.json. */
  public static JsonNode manifest() {
    return json("MANIFEST.json");
  }

  /** The cases of one kind, in the manifest's order. */
  public static List<JsonNode> cases(String kind) {
    return stream(manifest().get("cases"))
        .filter(node -> node.path("kind").asText().equals(kind))
        .toList();
  }

  /** The pictures of images.json. */
  public static List<JsonNode> images() {
    return stream(json("images.json").get("images")).toList();
  }

  /** Any JSON file of the golden folder. */
  public static JsonNode json(String relative) {
    try {
      return JSON.readTree(file(relative).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
