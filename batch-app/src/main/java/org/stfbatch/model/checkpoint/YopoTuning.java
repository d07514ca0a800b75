package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.stfbatch.compression.KeptHeads;
import org.stfbatch.compression.Yopo;

/**
 * YOPO's settings in {@code config.json}: the checkpoint was tuned with this reduction of the work
 * for vision tokens. The head masks are in a file of their own.
 *
 * @param window {@code attncut_w}; an even one has the window of the next smaller odd one
 * @param layers {@code layercut_num}
 * @param masks {@code headcut_num}, by which the authors' code selects a file of head masks; 0 if
 *     all heads are kept; {@value #OWN_MASKS} for another file
 * @param ffn {@code mlpcut_ratio}
 */
public record YopoTuning(int window, int layers, int masks, int ffn) {
  private static final int OWN_MASKS = -1;

  private static final String WINDOW = "attncut_w";
  private static final String LAYERS = "layercut_num";
  private static final String MASKS = "headcut_num";
  private static final String FFN = "mlpcut_ratio";

  /** Returns the settings, if the configuration has window, layers and FFN as positive numbers. */
  static Optional<YopoTuning> of(ObjectNode config) {
    YopoTuning tuning =
        new YopoTuning(
            (config.path(WINDOW).asInt() - 1) / 2 * 2 + 1,
            config.path(LAYERS).asInt(),
            config.path(MASKS).asInt(),
            config.path(FFN).asInt());
    boolean complete = config.path(WINDOW).asInt() > 0 && tuning.layers > 0 && tuning.ffn > 0;
    return complete ? Optional.of(tuning) : Optional.empty();
  }

  /**
   * Returns the settings after training with a strategy.
   *
   * @param before those of the model that was trained further; it keeps its head masks if the
   *     training used masks, which belong together
   */
  public static YopoTuning by(Yopo strategy, Optional<YopoTuning> before) {
    int masks =
        strategy.heads() instanceof KeptHeads.All
            ? 0
            : before.map(YopoTuning::masks).filter(own -> own > 0).orElse(OWN_MASKS);
    return new YopoTuning(strategy.window(), strategy.layers(), masks, strategy.ffn());
  }

  /** Sets the settings in a configuration, or removes them. */
  static void write(Optional<YopoTuning> tuning, ObjectNode config) {
    config.remove(List.of(WINDOW, LAYERS, MASKS, FFN));
    tuning.ifPresent(
        own ->
            config
                .put(WINDOW, own.window)
                .put(LAYERS, own.layers)
                .put(MASKS, own.masks)
                .put(FFN, own.ffn));
  }

  /**
   * Returns whether a strategy has these settings. Two files of head masks count as equal, because
   * the configuration does not hold the masks.
   */
  public boolean agreesWith(Yopo strategy) {
    boolean keepsAll = strategy.heads() instanceof KeptHeads.All;
    return strategy.window() == window
        && strategy.layers() == layers
        && strategy.ffn() == ffn
        && keepsAll == (masks == 0);
  }

  /** Returns the option with which the checkpoint computes what it was tuned for, in words. */
  public String describe() {
    String option = "YOPO: --compress yopo:window=%d,layers=%d".formatted(window, layers);
    return masks == 0
        ? "%s,ffn=%d".formatted(option, ffn)
        : "%s,heads=FILE.npy,ffn=%d, where FILE.npy has %s".formatted(option, ffn, file());
  }

  private String file() {
    return switch (masks) {
      case 16, 24 -> "the authors' head masks headmask_7b_%d.npy".formatted(masks);
      case 20, 30 -> "the authors' head masks headmask_13b_%d.npy".formatted(masks);
      case OWN_MASKS -> "the head masks of the training";
      default -> "the head masks for headcut_num %d".formatted(masks);
    };
  }
}
