package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.stfbatch.testing.LongForm;

/** Settings of engines whose answers must be equal. */
final class BatchSettings {
  private BatchSettings() {}

  /**
   * Returns small, middle and large batches, and some that share prefixes and some that do not; in
   * the long form each with each.
   */
  static List<EngineSettings> compared() {
    List<EngineSettings> all = new ArrayList<>(List.of(of(1, true), of(4, false), of(16, true)));
    if (LongForm.isWanted()) {
      all.addAll(List.of(of(1, false), of(4, true), of(16, false)));
    }
    return all;
  }

  static EngineSettings of(int batch, boolean reuse) {
    return new EngineSettings(batch, false, reuse, OptionalLong.empty());
  }
}
