package org.stfbatch.report;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Data about a run's machine and model that is not in the database.
 *
 * @param pricePerHour of the machine
 * @param model the model that answered
 * @param peakGflops the devices' peak throughput in matrix products, in 10^9 operations per second
 */
public record ReportTerms(
    Optional<Price> pricePerHour, Optional<KnownModel> model, OptionalDouble peakGflops) {
  /** No data. */
  public static final ReportTerms NONE =
      new ReportTerms(Optional.empty(), Optional.empty(), OptionalDouble.empty());
}
