package org.stfbatch.evaluation;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the chosen option in an answer, as ScienceQA's script does. */
final class OptionLetter {
  static final String LETTERS = "ABCDE";

  /** What an answer that names no option becomes. */
  static final String FAILED = "FAILED";

  private static final Pattern BEGINNING = Pattern.compile("[A-E]\\. ");

  /** The last dot stands for any character but a line feed, as the original's does. */
  private static final Pattern SENTENCE =
      Pattern.compile("The answer is ([A-Z]).", Pattern.UNIX_LINES);

  private OptionLetter() {}

  /** The letter, which may be none of the offered ones, or {@link #FAILED}. */
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

  /** The place of a letter among so many choices, or -1. */
  static int place(String letter, int choices) {
    int place = isLetter(letter) ? LETTERS.indexOf(letter) : -1;
    return place < choices ? place : -1;
  }
}
