package org.stfbatch.bench;

/**
 * How much faster one side of a comparison was.
 *
 * @param sides what was compared
 * @param measured questions a second of the first by those of the second
 * @param implied the operations that the second needs for an answer by those of the first; 0 where
 *     both need the same
 * @param kept the part of the implied ratio that was measured; 0 without one
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
    return "%s weights, %s, %d tokens, %s, reuse %s"
        .formatted(
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
