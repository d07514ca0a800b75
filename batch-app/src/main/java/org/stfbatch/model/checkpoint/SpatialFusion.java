package org.stfbatch.model.checkpoint;

/**
 * How a neighbourhood of k x k patches becomes E tokens (paper, section 3.4 and Table 4).
 *
 * @param kernel k, a divisor of the grid's side; 1 only without fusion
 * @param tokens E, of one neighbourhood; more than 1 only for {@link Form#CONCAT}
 */
public record SpatialFusion(Form form, int kernel, int tokens) {

  /** One token a patch. */
  public static final SpatialFusion NONE = new SpatialFusion(Form.NONE, 1, 1);

  /** The released form: one token of 2x2 patches. */
  public static final SpatialFusion CONCAT = new SpatialFusion(Form.CONCAT, 2, 1);

  /** The form of the paper's Table 1. */
  public static final SpatialFusion CONV = new SpatialFusion(Form.CONV, 2, 1);

  /** The average of 2x2 patches. */
  public static final SpatialFusion AVERAGE = new SpatialFusion(Form.AVERAGE, 2, 1);

  /** What is done with a neighbourhood; {@code spatial_form.py} has the same names. */
  public enum Form {
    /** Nothing: one token a patch. */
    NONE(0),
    /**
     * Its patches' channels are concatenated, channel-major, and cut into E equal parts; {@code
     * mm_projector} is a two-layer perceptron.
     */
    CONCAT(1),
    /** {@code mm_projector.0} is a convolution with a 2x2 kernel and stride 2. */
    CONV(2),
    /** Its patches are averaged before {@code mm_projector}, which is LLaVA-1.5's. */
    AVERAGE(3);

    private final int torchCode;

    Form(int torchCode) {
      this.torchCode = torchCode;
    }

    /** Its number in TorchScript. */
    public int torchCode() {
      return torchCode;
    }
  }

  public SpatialFusion {
    if (kernel < 1 || tokens < 1) {
      throw new IllegalArgumentException("kernel and tokens must be positive");
    }
  }

  /** The number of vision tokens of a grid with this many patches a side. */
  int visionTokens(int grid) {
    return (grid / kernel) * (grid / kernel) * tokens;
  }

  /** The channels of a token before the projector, of patches with this many channels. */
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
        };
    String size = form == Form.NONE ? "" : kernel + "x" + kernel + " ";
    return size + words + (tokens == 1 ? "" : " to " + tokens + " tokens");
  }
}
