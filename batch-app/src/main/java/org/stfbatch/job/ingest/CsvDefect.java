package org.stfbatch.job.ingest;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stfbatch.base.Shortened;

/** What is wrong with a table of text, without the words of the parser's maker. */
final class CsvDefect {
  private static final Pattern AFTER_QUOTE =
      Pattern.compile("Invalid character between encapsulated token and delimiter.*");
  private static final Pattern NO_END = Pattern.compile(".*EOF reached before encapsulated.*");
  private static final Pattern TWICE = Pattern.compile(".*duplicate name: \"(.*?)\".*");

  private CsvDefect() {}

  /** The reason alone, of one short line. */
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
