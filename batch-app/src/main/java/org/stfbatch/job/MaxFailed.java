package org.stfbatch.job;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stfbatch.db.RunStatus;

/**
 * Limit of failed jobs up to which a run counts as a success.
 *
 * @param limit a number of jobs, or a percentage of the jobs with an outcome
 * @param isPercent whether the limit is a percentage
 */
public record MaxFailed(double limit, boolean isPercent) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)( ?%)?");

  /**
   * Parses {@code 100} or {@code 2.5%}.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static MaxFailed parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    boolean percent = text.strip().endsWith("%");
    if (!form.matches()
        || !percent && form.group(1).contains(".")
        || percent && Double.parseDouble(form.group(1)) > 100) {
      throw new IllegalArgumentException(
          "\"%s\" is neither a number of jobs, such as 100, nor a share, such as 2.5%%"
              .formatted(text));
    }
    return new MaxFailed(Double.parseDouble(form.group(1)), percent);
  }

  /**
   * Returns why a run is not a success; empty if it is one. A run that is done and has no answers,
   * only failures, is never a success, whatever the limit.
   */
  public Optional<String> problem(RunStatus status) {
    if (status.nothingSucceeded()) {
      return Optional.of("everything failed");
    }
    long done = status.answered() + status.failed();
    double allowed = isPercent ? limit / 100 * done : limit;
    return status.failed() > allowed
        ? Optional.of("more failed than --max-failed " + this + " allows")
        : Optional.empty();
  }

  @Override
  public String toString() {
    String number = limit == Math.rint(limit) ? Long.toString((long) limit) : "" + limit;
    return isPercent ? number + "%" : number;
  }
}
