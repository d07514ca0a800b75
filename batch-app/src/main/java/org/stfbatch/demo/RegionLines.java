package org.stfbatch.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Writer of JSON lines that train a vision tower: {@code image}, {@code regions} with the words of
 * each item, and {@code patches} with the index of the item that each patch shows, or -1.
 */
final class RegionLines {
  private static final int IMAGE_SIZE = 336;
  private static final int PATCH_SIZE = 14;
  private static final ObjectMapper JSON = new ObjectMapper();

  private RegionLines() {}

  static String line(PicturedScene pictured) {
    ObjectNode line = JSON.createObjectNode().put("image", pictured.image());
    ArrayNode regions = line.putArray("regions");
    for (Item item : pictured.scene().items()) {
      regions.addArray().add(item.size().word()).add(item.colour().word()).add(item.shape().word());
    }
    ArrayNode patches = line.putArray("patches");
    for (int label : PatchLabels.of(pictured.scene(), IMAGE_SIZE, PATCH_SIZE).toArray()) {
      patches.add(Math.max(label, PatchLabels.BACKGROUND));
    }
    return line.toString();
  }
}
