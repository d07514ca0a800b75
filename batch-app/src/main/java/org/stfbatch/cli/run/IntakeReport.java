package org.stfbatch.cli.run;

import org.stfbatch.job.intake.IntakeResult;
import org.stfbatch.kafka.DeadLetters;

/** Prints the result of an intake. */
final class IntakeReport {
  private IntakeReport() {}

  static String line(String topic, String run, IntakeResult result) {
    StringBuilder line =
        new StringBuilder(
            "topic %s into run %s: %d read, %d added"
                .formatted(topic, run, result.read(), result.added()));
    if (result.duplicates() > 0) {
      line.append(", ").append(result.duplicates()).append(" there already");
    }
    if (result.changed() > 0) {
      line.append(
          ", %d known %s with other content, kept as in the run"
              .formatted(result.changed(), result.changed() == 1 ? "id" : "ids"));
    }
    if (result.unusable() > 0) {
      line.append(
          ", %d unusable (in topic %s with the reason)"
              .formatted(result.unusable(), DeadLetters.topicOf(topic)));
    }
    return line.toString();
  }
}
