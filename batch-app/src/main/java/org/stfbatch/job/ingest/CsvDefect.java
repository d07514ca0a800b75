package org.stfbatch.job.ingest;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stfbatch.base.Shortened;

/** Translates the CSV parser's exceptions to messages for users. */
final class CsvDefect {
  private static final Pattern AFTER_QUOTE =
      Pattern.compile("Invalid character between encapsulated token and delimiter.*");
  private static final Pattern NO_END = Pattern.compile(".*EOF reached before encapsulated.*");
  private static final Pattern TWICE = Pattern.compile(".*duplicate name: \"(.*?)\".*");

  private CsvDefect() {}

  /** Returns the reason in one short line. */
  static String of(Exception error) {
    Throwable innermost = error;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    String said = String.valueOf(innermost.getMessage()).lines().findFirst().orElse("");
    if (AFTER_QUOTE.matcher(said).matches()) {
      return "something follows a cell's closing quotation mark: a mark within a cell is written"
          + " twice";
    }
    if (NO_END.matcher(said).matches()) {
      return "a quotation mark is missing";
    }
    Matcher twice = TWICE.matcher(said);
    if (twice.matches()) {
      return "two are named \"" + Shortened.given(twice.group(1)) + "\"";
    }
    return Shortened.given(said.replaceFirst("^(\\w+\\.)*\\w*Exception: ", ""));
  }
}
