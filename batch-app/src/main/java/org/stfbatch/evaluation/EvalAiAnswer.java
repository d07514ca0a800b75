package org.stfbatch.evaluation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.stfbatch.prompt.PythonText;

/**
 * Answer normalization of EvalAI's VQA servers, as implemented by LLaVA's {@code
 * EvalAIAnswerProcessor}: the same steps in the same order, including its bugs.
 */
final class EvalAiAnswer {
  private static final String PUNCTUATION = ";/[]\"{}()=+\\_-><@`,?!";
  private static final Set<String> ARTICLES = Set.of("a", "an", "the");
  private static final String NUMBERS = "zero one two three four five six seven eight nine ten";

  /** The original passes a flag of this value to a parameter that is a count. */
  private static final int MOST_PERIODS = 32;

  private static final Map<String, String> WORDS = words();
  private static final Map<String, String> CONTRACTIONS = contractions();

  private EvalAiAnswer() {}

  static String normalised(String answer) {
    String text = PythonText.lower(answer).replace(",", "").replace("?", "").replace("'s", " 's");
    text = PythonText.strip(text).replace('\n', ' ').replace('\t', ' ');
    return spelled(withoutPeriods(withoutPunctuation(PythonText.strip(text))));
  }

  /** The replacement of each mark depends on the original text, before any mark was replaced. */
  private static String withoutPunctuation(String text) {
    String rest = text;
    for (char mark : PUNCTUATION.toCharArray()) {
      boolean besideSpace = text.contains(mark + " ") || text.contains(" " + mark);
      rest = rest.replace(String.valueOf(mark), besideSpace ? "" : " ");
    }
    return rest;
  }

  /**
   * Only a digit after it keeps a period: the original's pattern for the text before it has a typo.
   */
  private static String withoutPeriods(String text) {
    StringBuilder rest = new StringBuilder(text.length());
    int removed = 0;
    for (int at = 0; at < text.length(); at++) {
      boolean removable = text.charAt(at) == '.' && !isDigit(text, at + 1);
      if (removable && removed < MOST_PERIODS) {
        removed++;
      } else {
        rest.append(text.charAt(at));
      }
    }
    return rest.toString();
  }

  private static boolean isDigit(String text, int at) {
    return at < text.length() && Character.isDigit(text.codePointAt(at));
  }

  private static String spelled(String text) {
    List<String> words = new ArrayList<>();
    for (String word : PythonText.words(PythonText.lower(text))) {
      String number = WORDS.getOrDefault(word, word);
      if (!ARTICLES.contains(number)) {
        words.add(CONTRACTIONS.getOrDefault(number, number));
      }
    }
    return String.join(" ", words);
  }

  private static Map<String, String> words() {
    Map<String, String> words = new HashMap<>();
    words.put("none", "0");
    for (String number : NUMBERS.split(" ")) {
      words.put(number, String.valueOf(words.size() - 1));
    }
    return Map.copyOf(words);
  }

  /** Parses a line of the table: a contraction, and the spellings that are replaced by it. */
  private static Map<String, String> contractions() {
    try (InputStream table = EvalAiAnswer.class.getResourceAsStream("contractions.txt");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(table, StandardCharsets.UTF_8))) {
      Map<String, String> contractions = new HashMap<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ");
        for (int i = 1; i < words.length; i++) {
          contractions.put(words[i], words[0]);
        }
      }
      return Map.copyOf(contractions);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
