package org.stfbatch.base;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Converts a JSON parser's exception into a message for users, without class names and other
 * internals of the parser.
 */
public final class JsonDefect {
  private static final Pattern NO_NUMBER =
      Pattern.compile("Non-standard token '([^']{1,20})'.*", Pattern.DOTALL);
  private static final Pattern TRAILING = Pattern.compile("Trailing token.*", Pattern.DOTALL);
  private static final Pattern TWICE =
      Pattern.compile("Duplicate (?:field|Object property) ['\"]([^'\"]*)['\"].*", Pattern.DOTALL);
  private static final Pattern OTHER_PLACE =
      Pattern.compile(" ?\\((start marker|for [A-Za-z]+ starting) at \\[.*", Pattern.DOTALL);
  private static final Pattern SETTING = Pattern.compile(",? \\(?(from|enable) `[^`]*`[^)]*");
  private static final Pattern INTERNAL =
      Pattern.compile("`|\\[Source|[a-z]+\\.[a-z]+\\.[a-z.]*[A-Z]|[A-Z]+_[A-Z_]{4,}|Feature");

  private JsonDefect() {}

  /**
   * Returns the end of a sentence, one short line, with the position in the text if it is known.
   */
  public static String of(JsonProcessingException error) {
    return words(error) + place(error);
  }

  private static String words(JsonProcessingException error) {
    String said = Optional.ofNullable(error.getOriginalMessage()).orElse("");
    Matcher number = NO_NUMBER.matcher(said);
    if (number.matches()) {
      return number.group(1) + " is not JSON: write null";
    }
    if (TRAILING.matcher(said).matches()) {
      return "something follows its JSON value";
    }
    Matcher twice = TWICE.matcher(said);
    if (twice.matches()) {
      return "it holds " + Shortened.given(twice.group(1)) + " twice";
    }
    String plain = OTHER_PLACE.matcher(said).replaceFirst("");
    plain = SETTING.matcher(plain).replaceFirst("").lines().findFirst().orElse("");
    boolean usable = !plain.isBlank() && !INTERNAL.matcher(plain).find();
    return usable ? Shortened.given(plain) : "it cannot be parsed";
  }

  private static String place(JsonProcessingException error) {
    JsonLocation at = error.getLocation();
    return at == null || at.getColumnNr() < 1 ? "" : ", at character " + at.getColumnNr();
  }
}
