package org.stfbatch.bench;

/**
 * Speed ratio of two engines.
 *
 * @param sides what was compared
 * @param measured questions per second of the first divided by those of the second
 * @param implied operations per answer of the second divided by those of the first; 0 if they do
 *     not differ
 * @param kept {@code measured} as a fraction of {@code implied}; 0 without an implied ratio
 */
public record Ratio(String sides, double measured, double implied, double kept) {
  static Ratio of(EngineResult first, EngineResult second) {
    double measured = second.seconds() / first.seconds();
    double implied = second.work().teraflops() / first.work().teraflops();
    return new Ratio(sides(first, second), measured, implied, measured / implied);
  }

  static Ratio measured(EngineResult first, EngineResult second) {
    double measured = second.seconds() / first.seconds();
    return new Ratio(sides(first, second), measured, 0, 0);
  }

  private static String sides(EngineResult first, EngineResult second) {
    return side(first) + " against " + side(second);
  }

  private static String side(EngineResult result) {
    return "%s, %s weights, %s, %d tokens, %s, reuse %s"
        .formatted(
            result.shape(),
            result.weights(),
            result.compression(),
            result.visionTokens(),
            result.submission(),
            result.prefixReuse() ? "on" : "off");
  }

  void print(Text text) {
    text.line("%s", sides);
    text.value("measured ratio", "%.3f", measured);
    if (implied > 0) {
      text.value("ratio of FLOPs", "%.3f", implied);
      text.value("measured / implied", "%s", Text.percent(kept));
    }
    text.blank();
  }
}
