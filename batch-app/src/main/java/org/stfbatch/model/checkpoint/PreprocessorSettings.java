package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Settings of transformers' image processors for CLIP: {@code CLIPImageProcessor}, and {@code
 * LlavaImageProcessor}, which differs only in {@code do_pad}, LLaVA's padding to a square.
 */
final class PreprocessorSettings {
  static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
  static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);

  private static final int BICUBIC = 3;
  private static final String PAD = "pad";
  private static final List<String> LLAVA =
      List.of("LlavaImageProcessor", "LlavaImageProcessorFast");

  private PreprocessorSettings() {}

  /**
   * @param side the tower's {@code image_size}
   * @param aspect {@code pad} or {@code square}, see {@link ImageProcessing}
   * @throws CheckpointException naming a setting that would give other pixels
   */
  static ImageProcessing read(JsonSettings json, int side, String aspect) {
    for (String step :
        List.of("do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb")) {
      if (!json.flag(step, true)) {
        throw json.unsupported(step, "true");
      }
    }
    boolean pads = json.flag("do_pad", false);
    boolean mayPad = isLlavas(json) && aspect.equals(PAD);
    if (pads && !mayPad) {
      throw json.unsupported("do_pad", "false");
    }
    for (String step : json.unread()) {
      if (step.startsWith("do_") && json.flag(step, false)) {
        throw json.unsupported(step, "false");
      }
    }
    if (json.integer("resample", BICUBIC) != BICUBIC) {
      throw json.unsupported("resample", "3 (bicubic)");
    }
    if (Math.abs(json.positiveNumber("rescale_factor", 1 / 255.0) * 255 - 1) > 1e-6) {
      throw json.unsupported("rescale_factor", "1/255");
    }
    requireShortestEdge(json, side, aspect);
    requireCrop(json, side);
    return new ImageProcessing(
        side, channels(json, "image_mean", CLIP_MEAN), deviations(json), aspect);
  }

  private static boolean isLlavas(JsonSettings json) {
    String processor =
        json.text("image_processor_type")
            .or(() -> json.text("feature_extractor_type"))
            .orElse("CLIPImageProcessor");
    if (!processor.startsWith("CLIP") && !LLAVA.contains(processor)) {
      throw json.unsupported(
          json.has("image_processor_type") ? "image_processor_type" : "feature_extractor_type",
          "'CLIPImageProcessor'");
    }
    return LLAVA.contains(processor);
  }

  /**
   * Accepts 336 or {"shortest_edge": 336}. {"height": 336, "width": 336} distorts an image that is
   * not square, so it is equivalent only if images are padded to squares before.
   */
  private static void requireShortestEdge(JsonSettings json, int side, String aspect) {
    JsonNode size = json.node("size");
    boolean right =
        size.isMissingNode()
            || isSide(size, side)
            || hasSides(size, side, "shortest_edge")
            || aspect.equals(PAD) && hasSides(size, side, "height", "width");
    if (!right) {
      throw json.unsupported("size", "the tower's image_size as shortest edge, " + side);
    }
  }

  /** Accepts 336 or {"height": 336, "width": 336}. */
  private static void requireCrop(JsonSettings json, int side) {
    JsonNode crop = json.node("crop_size");
    if (!crop.isMissingNode() && !isSide(crop, side) && !hasSides(crop, side, "height", "width")) {
      throw json.unsupported("crop_size", "the tower's image_size, " + side);
    }
  }

  private static boolean isSide(JsonNode value, int side) {
    return value.isNumber() && value.asDouble() == side;
  }

  private static boolean hasSides(JsonNode value, int side, String... names) {
    boolean right = value.isObject();
    for (String name : names) {
      right &= isSide(value.path(name), side);
    }
    for (Map.Entry<String, JsonNode> part : value.properties()) {
      right &= part.getValue().isNull() || List.of(names).contains(part.getKey());
    }
    return right;
  }

  private static List<Double> deviations(JsonSettings json) {
    List<Double> values = channels(json, "image_std", CLIP_STD);
    if (values.stream().anyMatch(value -> value <= 0)) {
      throw json.unsupported("image_std", "three positive numbers");
    }
    return values;
  }

  private static List<Double> channels(JsonSettings json, String name, List<Double> absent) {
    if (!json.has(name)) {
      return absent;
    }
    List<Double> values = new ArrayList<>();
    for (JsonNode value : json.node(name)) {
      values.add(value.asDouble(Double.NaN));
    }
    if (values.size() != 3 || !values.stream().allMatch(Double::isFinite)) {
      throw json.unsupported(name, "three numbers");
    }
    return values;
  }
}
