package org.stfbatch.evaluation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.stfbatch.evaluation.Score.Metric;

/** Accuracy counters by name. */
final class Accuracies {
  private static final double PERCENT = 100;

  private final Map<String, Share> shares = new TreeMap<>();

  private record Share(long right, long all) {
    Share plus(boolean isRight) {
      return new Share(isRight ? right + 1 : right, all + 1);
    }

    /** Returns the accuracy in percent; 0 if nothing was counted. */
    double percent() {
      return all == 0 ? 0 : (double) right / all * PERCENT;
    }
  }

  void count(String name, boolean isRight) {
    shares.put(name, shares.getOrDefault(name, new Share(0, 0)).plus(isRight));
  }

  /** Returns the accuracy of a name in percent; 0 if nothing was counted under it. */
  double percent(String name) {
    return shares.getOrDefault(name, new Share(0, 0)).percent();
  }

  /** Returns the accuracies of all other names in percent, sorted by name. */
  List<Metric> metricsBeside(String name) {
    return shares.entrySet().stream()
        .filter(share -> !share.getKey().equals(name))
        .map(share -> new Metric(share.getKey(), share.getValue().percent()))
        .toList();
  }
}
