package org.stfbatch.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reader of training data for a vision tower: a JSON object per line with {@code image}; {@code
 * regions}, a list of the words of each region; and {@code patches}, the index of the region that
 * each patch of the tower shows, row by row, or a negative number.
 */
final class RegionFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final int patches;

  private RegionFile(Path file, int patches) {
    this.file = file;
    this.patches = patches;
  }

  /**
   * @param patches patches per image
   * @throws TrainingDataException if the file or a line cannot be used; the message names it
   */
  static List<RegionPicture> read(Path file, int patches) {
    if (!Files.isRegularFile(file)) {
      throw new TrainingDataException("there is no training data at " + file + ": check --data");
    }
    return new RegionFile(file, patches).read();
  }

  private List<RegionPicture> read() {
    List<RegionPicture> pictures = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        pictures.add(picture(pictures.size() + 1, line));
      }
    } catch (IOException e) {
      throw new TrainingDataException(file + " cannot be read: " + e.getMessage(), e);
    }
    if (pictures.isEmpty()) {
      throw new TrainingDataException(file + " holds no pictures: give one per line");
    }
    return pictures;
  }

  private RegionPicture picture(int number, String line) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw malformed(number, "is not valid JSON", e);
    }
    if (!node.path("image").isTextual() || !node.path("regions").isArray()) {
      throw malformed(number, "has no image or no regions", null);
    }
    List<List<String>> regions = new ArrayList<>();
    for (JsonNode region : node.get("regions")) {
      List<String> words = new ArrayList<>();
      region.forEach(word -> words.add(word.asText()));
      regions.add(words);
    }
    return new RegionPicture(
        number, node.get("image").asText(), regions, map(number, node.path("patches"), regions));
  }

  private byte[] map(int number, JsonNode node, List<List<String>> regions) {
    if (node.size() != patches) {
      throw malformed(
          number, "has %d patches; the tower has %d".formatted(node.size(), patches), null);
    }
    byte[] map = new byte[patches];
    for (int i = 0; i < patches; i++) {
      int region = node.get(i).asInt();
      if (region >= Math.min(regions.size(), Byte.MAX_VALUE)) {
        throw malformed(number, "has no region " + region, null);
      }
      map[i] = (byte) Math.max(region, RegionPicture.NOTHING);
    }
    return map;
  }

  private TrainingDataException malformed(int number, String problem, Exception cause) {
    return new TrainingDataException(
        "%s: line %d %s: correct it there".formatted(file, number, problem), cause);
  }
}
