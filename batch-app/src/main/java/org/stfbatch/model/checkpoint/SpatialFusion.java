package org.stfbatch.model.checkpoint;

/**
 * Spatial fusion: how a neighbourhood of k x k patches becomes E tokens (paper, section 3.4 and
 * Table 4).
 *
 * @param kernel k, a divisor of the grid's side; 1 only without fusion
 * @param tokens E, tokens of one neighbourhood; more than 1 only for {@link Form#CONCAT}
 */
public record SpatialFusion(Form form, int kernel, int tokens) {

  /** One token per patch. */
  public static final SpatialFusion NONE = new SpatialFusion(Form.NONE, 1, 1);

  /** The released form: one token per 2x2 patches. */
  public static final SpatialFusion CONCAT = new SpatialFusion(Form.CONCAT, 2, 1);

  /** The form of the paper's Table 1. */
  public static final SpatialFusion CONV = new SpatialFusion(Form.CONV, 2, 1);

  /** The average of 2x2 patches. */
  public static final SpatialFusion AVERAGE = new SpatialFusion(Form.AVERAGE, 2, 1);

  /** The width of {@code scale_factor} in TokenPacker's code, where a checkpoint names none. */
  static final int PACKER_KERNEL = 2;

  /** Operation on a neighbourhood; {@code spatial_form.py} has the same names. */
  public enum Form {
    /** No fusion: one token per patch. */
    NONE(0),
    /**
     * The patches' channels are concatenated, channel-major, and split into E equal parts; {@code
     * mm_projector} is a two-layer perceptron.
     */
    CONCAT(1),
    /** {@code mm_projector.0} is a convolution with a 2x2 kernel and stride 2. */
    CONV(2),
    /** The patches are averaged before {@code mm_projector}, which is LLaVA-1.5's. */
    AVERAGE(3),
    /**
     * TokenPacker: {@code mm_projector} attends from one point of a neighbourhood to its patches.
     */
    PACKER(4);

    private final int torchCode;

    Form(int torchCode) {
      this.torchCode = torchCode;
    }

    /** Returns its number in TorchScript. */
    public int torchCode() {
      return torchCode;
    }
  }

  public SpatialFusion {
    if (kernel < 1 || tokens < 1) {
      throw new IllegalArgumentException("kernel and tokens must be positive");
    }
  }

  /** Returns the number of vision tokens of a grid with this many patches per side. */
  int visionTokens(int grid) {
    return (grid / kernel) * (grid / kernel) * tokens;
  }

  /** Returns the channels of a token before the projector, for patches with this many channels. */
  long tokenWidth(long channels) {
    return form == Form.CONCAT ? kernel * kernel * channels / tokens : channels;
  }

  String describe() {
    String words =
        switch (form) {
          case NONE -> "no spatial fusion";
          case CONCAT -> "concatenation";
          case CONV -> "convolution";
          case AVERAGE -> "average pooling";
          case PACKER -> "attention";
        };
    String size = form == Form.NONE ? "" : kernel + "x" + kernel + " ";
    return size + words + (tokens == 1 ? "" : " to " + tokens + " tokens");
  }
}
