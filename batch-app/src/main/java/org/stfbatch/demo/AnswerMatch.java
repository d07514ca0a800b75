package org.stfbatch.demo;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares an answer with the expected one, following LLaVA's evaluation scripts: option letters
 * are extracted from the surrounding text; other answers are compared without case, punctuation and
 * articles, and with numbers as digits. Of a detailed answer only the conclusion counts.
 */
final class AnswerMatch {
  private static final Pattern LETTER = Pattern.compile("\\(?([A-Z])(?:[).:].*)?", Pattern.DOTALL);
  private static final Pattern SENTENCE = Pattern.compile("The answer is ([A-Z])\\b");
  private static final Pattern PUNCTUATION = Pattern.compile("[\\p{Punct}&&[^-]]");
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry("none", "0"),
          Map.entry("zero", "0"),
          Map.entry("one", "1"),
          Map.entry("two", "2"),
          Map.entry("three", "3"),
          Map.entry("four", "4"),
          Map.entry("five", "5"),
          Map.entry("six", "6"),
          Map.entry("seven", "7"),
          Map.entry("eight", "8"),
          Map.entry("nine", "9"),
          Map.entry("ten", "10"),
          Map.entry("a", ""),
          Map.entry("an", ""),
          Map.entry("the", ""));

  private AnswerMatch() {}

  static boolean isRight(String category, String expected, String given) {
    return agrees(category, expected, given)
        || agrees(category, expected, Rationale.conclusion(given));
  }

  private static boolean agrees(String category, String expected, String given) {
    return category.equals(Category.CHOICE.word())
        ? letter(given).equals(expected)
        : normalised(given).equals(normalised(expected));
  }

  private static String letter(String given) {
    String text = given.strip();
    Matcher alone = LETTER.matcher(text);
    if (alone.matches()) {
      return alone.group(1);
    }
    Matcher sentence = SENTENCE.matcher(text);
    return sentence.find() ? sentence.group(1) : "";
  }

  static String normalised(String text) {
    String plain = PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
    return Stream.of(plain.strip().split("\\s+"))
        .map(word -> WORDS.getOrDefault(word, word))
        .filter(word -> !word.isEmpty())
        .collect(Collectors.joining(" "));
  }
}
