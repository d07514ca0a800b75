package org.stfbatch.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Formats numbers for users: with three significant digits and their unit. */
final class FactText {
  private static final int DIGITS = 3;
  private static final long MINUTE = 60;
  private static final long HOUR = 3600;

  private FactText() {}

  static String of(Fact fact) {
    return switch (fact.unit()) {
      case "s" -> duration(fact.value());
      case "share" -> percent(fact.value());
      case "1/s" -> number(fact.value()) + "/s";
      case "" -> number(fact.value());
      default -> number(fact.value()) + " " + fact.unit();
    };
  }

  /** Formats a number with three significant digits. */
  static String number(double value) {
    if (value == Math.rint(value) || Math.abs(value) >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return new BigDecimal(value)
        .round(new MathContext(DIGITS))
        .stripTrailingZeros()
        .toPlainString();
  }

  /** Formats a share between 0 and 1 as a percentage. */
  static String percent(double share) {
    return number(100 * share) + " %";
  }

  /** Formats an ISO 8601 instant to the second. */
  static String time(String instant) {
    return instant.isEmpty()
        ? ""
        : instant.substring(0, "yyyy-MM-ddTHH:mm:ss".length()).replace('T', ' ');
  }

  private static String duration(double seconds) {
    if (seconds < MINUTE) {
      return number(seconds) + " s";
    }
    long whole = Math.round(seconds);
    return whole < HOUR
        ? "%d min %02d s".formatted(whole / MINUTE, whole % MINUTE)
        : "%d h %02d min".formatted(whole / HOUR, whole / MINUTE % MINUTE);
  }
}
