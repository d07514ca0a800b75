package org.stfbatch.cli.option;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * Parser of durations as users write them: {@code 30s}, {@code 10m}, {@code 2h}, {@code 500ms},
 * {@code 0}.
 */
public final class TimeSpan {
  private static final Pattern TIME = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|)");

  private TimeSpan() {}

  /**
   * @throws TypeConversionException if the text is not a duration
   */
  public static Duration parse(String text) {
    Matcher time = TIME.matcher(text.strip());
    if (time.matches()) {
      long value = Long.parseLong(time.group(1));
      switch (time.group(2)) {
        case "ms":
          return Duration.ofMillis(value);
        case "s":
          return Duration.ofSeconds(value);
        case "m":
          return Duration.ofMinutes(value);
        case "h":
          return Duration.ofHours(value);
        default:
          if (value == 0) {
            return Duration.ZERO;
          }
      }
    }
    throw new TypeConversionException("\"" + text + "\" is no time such as 30s, 10m or 2h");
  }
}
