package org.stfbatch.report;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is known of a run's machine and model that no table tells.
 *
 * @param pricePerHour of the machine
 * @param model that answered
 * @param peakGflops the most operations a second that the devices reach in matrix products, in 10^9
 */
public record ReportTerms(
    Optional<Price> pricePerHour, Optional<KnownModel> model, OptionalDouble peakGflops) {
  /** Nothing is known. */
  public static final ReportTerms NONE =
      new ReportTerms(Optional.empty(), Optional.empty(), OptionalDouble.empty());
}
