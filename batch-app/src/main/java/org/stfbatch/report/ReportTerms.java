package org.stfbatch.report;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.stfbatch.db.ChunkMetric;

/**
 * Data about a run's machine, models and benchmark that is not in the database.
 *
 * @param pricePerHour of the machine
 * @param models those that may have answered the runs
 * @param peakGflops the devices' peak throughput in matrix products, in 10^9 operations per second
 * @param published what papers report
 */
public record ReportTerms(
    Optional<Price> pricePerHour,
    List<KnownModel> models,
    OptionalDouble peakGflops,
    PublishedScores published) {
  /** No data. */
  public static final ReportTerms NONE =
      new ReportTerms(Optional.empty(), List.of(), OptionalDouble.empty(), benchmark -> List.of());

  public ReportTerms {
    models = List.copyOf(models);
  }

  /** Returns the known model that answered at all places; empty if there is none. */
  public Optional<KnownModel> answering(List<ChunkMetric.Place> places) {
    return models.stream()
        .filter(
            model ->
                !places.isEmpty()
                    && places.stream()
                        .allMatch(place -> model.fingerprint().equals(place.modelFingerprint())))
        .findFirst();
  }
}
