package org.stfbatch.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.Color;
import java.awt.geom.Rectangle2D;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reader and writer of scenes as JSON lines: the canvas, the background and every item with its
 * words, centre, radius and tilt, and its bounding box as {@code [left, top, right, bottom]} in
 * pixels. Reading a written scene gives an equal scene.
 */
public final class SceneFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SceneFile() {}

  /**
   * Reads all scenes of a file.
   *
   * @throws IOException if the file cannot be read or a line is not a scene; the message names it
   */
  public static List<PicturedScene> read(Path file) throws IOException {
    List<PicturedScene> scenes = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        scenes.add(parse(line, file, scenes.size() + 1));
      }
    }
    return scenes;
  }

  private static PicturedScene parse(String line, Path file, int number) throws IOException {
    try {
      JsonNode scene = JSON.readTree(line);
      List<Item> items = new ArrayList<>();
      scene.required("items").forEach(item -> items.add(item(item)));
      return new PicturedScene(
          scene.required("image").asText(),
          new Scene(
              scene.required("width").asInt(),
              scene.required("height").asInt(),
              backdrop(scene.required("background")),
              items));
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(
          "%s, line %d is no scene: write the pictures anew".formatted(file, number), e);
    }
  }

  private static Item item(JsonNode item) {
    return new Item(
        Shape.valueOf(constant(item, "shape")),
        Colour.valueOf(constant(item, "colour")),
        ItemSize.valueOf(constant(item, "size")),
        Place.valueOf(constant(item, "place")),
        item.required("x").asDouble(),
        item.required("y").asDouble(),
        item.required("radius").asDouble(),
        item.required("tilt").asDouble());
  }

  private static Backdrop backdrop(JsonNode backdrop) {
    return new Backdrop(
        Backdrop.Pattern.valueOf(constant(backdrop, "pattern")),
        Color.decode(backdrop.required("first").asText()),
        Color.decode(backdrop.required("second").asText()),
        backdrop.required("tile").asInt());
  }

  private static String constant(JsonNode node, String field) {
    return node.required(field).asText().replace(' ', '_').toUpperCase(Locale.ROOT);
  }

  /** Returns a line without its line break. */
  static String line(PicturedScene pictured) {
    Scene scene = pictured.scene();
    ObjectNode line = JSON.createObjectNode();
    line.put("image", pictured.image()).put("width", scene.width()).put("height", scene.height());
    line.putObject("background")
        .put("pattern", scene.backdrop().pattern().word())
        .put("first", hex(scene.backdrop().first()))
        .put("second", hex(scene.backdrop().second()))
        .put("tile", scene.backdrop().tile());
    ArrayNode items = line.putArray("items");
    scene.items().forEach(item -> put(item, items.addObject()));
    return line.toString();
  }

  private static void put(Item item, ObjectNode node) {
    node.put("shape", item.shape().word());
    node.put("colour", item.colour().word());
    node.put("size", item.size().word());
    node.put("place", item.place().word());
    node.put("x", item.x()).put("y", item.y());
    node.put("radius", item.radius()).put("tilt", item.tilt());
    Rectangle2D box = item.box();
    node.putArray("box")
        .add(Math.round(box.getMinX()))
        .add(Math.round(box.getMinY()))
        .add(Math.round(box.getMaxX()))
        .add(Math.round(box.getMaxY()));
  }

  private static String hex(Color colour) {
    return String.format(Locale.ROOT, "#%06x", colour.getRGB() & 0xffffff);
  }
}
