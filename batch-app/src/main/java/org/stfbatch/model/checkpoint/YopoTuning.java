package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * YOPO's settings in {@code config.json}: the checkpoint was tuned with this reduction of the work
 * for vision tokens, which the head masks belong to, too. Those are in a file of their own.
 *
 * @param window {@code attncut_w}; an even one has the window of the next smaller odd one
 * @param layers {@code layercut_num}
 * @param masks {@code headcut_num}, by which the authors' code selects a file of head masks
 * @param ffn {@code mlpcut_ratio}
 */
public record YopoTuning(int window, int layers, int masks, int ffn) {
  /** Returns the settings, if the configuration has all of them as positive numbers. */
  static Optional<YopoTuning> of(ObjectNode config) {
    YopoTuning tuning =
        new YopoTuning(
            (config.path("attncut_w").asInt() - 1) / 2 * 2 + 1,
            config.path("layercut_num").asInt(),
            config.path("headcut_num").asInt(),
            config.path("mlpcut_ratio").asInt());
    boolean complete = config.path("attncut_w").asInt() > 0 && tuning.layers > 0;
    return complete && tuning.masks > 0 && tuning.ffn > 0 ? Optional.of(tuning) : Optional.empty();
  }

  /** Returns the option with which the checkpoint computes what it was tuned for, in words. */
  public String describe() {
    return "YOPO: --compress yopo:window=%d,layers=%d,heads=FILE.npy,ffn=%d, where FILE.npy has the authors' head masks %s"
        .formatted(window, layers, ffn, file());
  }

  private String file() {
    return switch (masks) {
      case 16, 24 -> "headmask_7b_%d.npy".formatted(masks);
      case 20, 30 -> "headmask_13b_%d.npy".formatted(masks);
      default -> "for headcut_num %d".formatted(masks);
    };
  }
}
