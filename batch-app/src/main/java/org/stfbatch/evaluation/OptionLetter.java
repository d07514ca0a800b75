package org.stfbatch.evaluation;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Extracts the chosen option from an answer, like ScienceQA's script. */
final class OptionLetter {
  static final String LETTERS = "ABCDE";

  /** Result for an answer that names no option. */
  static final String FAILED = "FAILED";

  private static final Pattern BEGINNING = Pattern.compile("[A-E]\\. ");

  /** As in the original, the last dot matches any character but a line feed. */
  private static final Pattern SENTENCE =
      Pattern.compile("The answer is ([A-Z]).", Pattern.UNIX_LINES);

  private OptionLetter() {}

  /** Returns the letter, which may be none of those offered, or {@link #FAILED}. */
  static String parsed(String answer) {
    if (isLetter(answer)) {
      return answer;
    } else if (BEGINNING.matcher(answer).lookingAt()) {
      return answer.substring(0, 1);
    }
    Matcher sentences = SENTENCE.matcher(answer);
    if (sentences.find()) {
      String letter = sentences.group(1);
      return sentences.find() ? FAILED : letter;
    }
    return FAILED;
  }

  private static boolean isLetter(String text) {
    return text.length() == 1 && LETTERS.contains(text);
  }

  /** Returns the index of a letter among {@code choices} options, or -1. */
  static int place(String letter, int choices) {
    int place = isLetter(letter) ? LETTERS.indexOf(letter) : -1;
    return place < choices ? place : -1;
  }
}
