package org.stfbatch.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brace expansion as in bash and WebDataset: <code>part-{000..099}.tar</code>, <code>{train,val}
 * </code>, also nested. Braces that enclose neither a range nor a list stay as they are.
 */
public final class BracePattern {
  /** The most texts that a pattern expands to. */
  static final int MOST = 1_000_000;

  private static final Pattern RANGE =
      Pattern.compile("(-?\\d{1,18})\\.\\.(-?\\d{1,18})(?:\\.\\.-?(\\d{1,18}))?");

  private BracePattern() {}

  /**
   * Returns the texts of a pattern, in the order of its ranges and lists.
   *
   * @throws IllegalArgumentException with a message for users, if there are more than a million
   */
  public static List<String> expand(String pattern) {
    return expand(pattern, 0);
  }

  private static List<String> expand(String text, int from) {
    for (int open = text.indexOf('{', from); open >= 0; open = text.indexOf('{', open + 1)) {
      int close = closing(text, open);
      if (close < 0) {
        continue;
      }
      Optional<List<String>> choices = choices(text.substring(open + 1, close));
      if (choices.isPresent()) {
        return joined(text.substring(0, open), choices.get(), expand(text.substring(close + 1), 0));
      }
    }
    return List.of(text);
  }

  private static List<String> joined(String before, List<String> choices, List<String> rests) {
    requireFew((long) choices.size() * rests.size());
    List<String> texts = new ArrayList<>(choices.size() * rests.size());
    for (String choice : choices) {
      for (String rest : rests) {
        texts.add(before + choice + rest);
      }
    }
    return texts;
  }

  private static void requireFew(long texts) {
    if (texts > MOST) {
      throw new IllegalArgumentException(
          "its braces name more than %d files: name fewer at once".formatted(MOST));
    }
  }

  /** Returns the index of the brace that closes the one at {@code open}; -1 if there is none. */
  private static int closing(String text, int open) {
    int depth = 0;
    for (int i = open; i < text.length(); i++) {
      depth += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
      if (depth == 0) {
        return i;
      }
    }
    return -1;
  }

  /** Returns what a pair of braces stands for; empty if they are no pattern. */
  private static Optional<List<String>> choices(String content) {
    Matcher range = RANGE.matcher(content);
    if (range.matches()) {
      return Optional.of(
          numbers(range.group(1), range.group(2), Optional.ofNullable(range.group(3))));
    }
    List<String> parts = split(content);
    if (parts.size() < 2) {
      return Optional.empty();
    }
    List<String> choices = new ArrayList<>();
    for (String part : parts) {
      choices.addAll(expand(part, 0));
      requireFew(choices.size());
    }
    return Optional.of(choices);
  }

  /** Splits at the commas that are in no inner braces. */
  private static List<String> split(String content) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < content.length(); i++) {
      char c = content.charAt(i);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (c == ',' && depth == 0) {
        parts.add(content.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(content.substring(start));
    return parts;
  }

  /**
   * Counts up or down. If an end has a leading zero, all numbers get the width of the wider one.
   */
  private static List<String> numbers(String first, String last, Optional<String> step) {
    long begin = Long.parseLong(first);
    long end = Long.parseLong(last);
    long by = Math.max(1, step.map(Long::parseLong).orElse(1L));
    requireFew(Math.abs(end - begin) / by + 1);
    boolean padded = isPadded(first) || isPadded(last);
    int width = padded ? Math.max(first.length(), last.length()) : 1;
    List<String> numbers = new ArrayList<>();
    for (long i = 0; i <= Math.abs(end - begin); i += by) {
      numbers.add(("%0" + width + "d").formatted(begin <= end ? begin + i : begin - i));
    }
    return numbers;
  }

  private static boolean isPadded(String number) {
    String digits = number.startsWith("-") ? number.substring(1) : number;
    return digits.length() > 1 && digits.startsWith("0");
  }
}
