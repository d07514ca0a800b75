package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stfbatch.model.Continuations;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * Choice task: the answer is the most probable of given texts.
 *
 * <p>A text's likelihood is the probability that sampling from the model yields exactly this text
 * after the prompt and then the end token: the product of the probabilities of all of these tokens,
 * computed as a sum of logarithms. The end token counts because without it "A" would be a prefix of
 * "AB" and could never be the less likely one; with it, different texts exclude each other and
 * their probabilities add up to at most 1. For the same reason the sum is not divided by the number
 * of tokens: a mean is not a probability, and it favours long texts whose ends follow from their
 * beginnings.
 *
 * <p>Temperature, seed and stop texts have no effect. Ties go to the first text.
 *
 * @param all in the order in which they were given; at least one
 */
public record AnswerChoices(List<AnswerChoice> all) implements Task {
  /**
   * @throws IllegalArgumentException if there is none, or two have the same tokens
   */
  public AnswerChoices {
    all = List.copyOf(all);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("an answer cannot be chosen from nothing");
    }
    Map<List<Integer>, String> seen = new HashMap<>();
    for (AnswerChoice choice : all) {
      String same = seen.put(choice.tokenIds(), choice.text());
      if (same != null) {
        throw new IllegalArgumentException(
            "the choices '%s' and '%s' are the same tokens to this model: leave one out"
                .formatted(same, choice.text()));
      }
    }
  }

  /**
   * Tokenizes texts as choices.
   *
   * @param texts without leading or trailing white space
   * @param afterLineFeed whether the prompt ends with a line feed
   * @throws IllegalArgumentException if there is none, or two have the same tokens
   * @throws org.stfbatch.prompt.PromptException if a text contains an unpaired surrogate
   */
  public static AnswerChoices of(
      List<String> texts, LlamaTokenizer tokenizer, boolean afterLineFeed) {
    return new AnswerChoices(
        texts.stream()
            .map(text -> new AnswerChoice(text, answer(text, tokenizer, afterLineFeed)))
            .toList());
  }

  private static List<Integer> answer(
      String text, LlamaTokenizer tokenizer, boolean afterLineFeed) {
    List<Integer> ids = new ArrayList<>();
    Arrays.stream(tokenizer.encodeContinuation(text, afterLineFeed)).forEach(ids::add);
    ids.add(tokenizer.eosTokenId());
    return ids;
  }

  @Override
  public int maxNewTokens() {
    return all.stream().mapToInt(choice -> choice.tokenIds().size()).max().orElseThrow();
  }

  /** Returns the texts' tokens as a tree. */
  Continuations continuations() {
    return Continuations.of(all.stream().map(choice -> Ints.of(choice.tokenIds())).toList());
  }

  /**
   * Returns the choice with the highest score; ties go to the first one.
   *
   * @param logProbabilities one per choice
   */
  AnswerChoice likeliest(double[] logProbabilities) {
    int best = 0;
    for (int i = 1; i < all.size(); i++) {
      best = logProbabilities[i] > logProbabilities[best] ? i : best;
    }
    return all.get(best);
  }

  /** Returns the scores by text. */
  Map<String, Double> byText(double[] logProbabilities) {
    Map<String, Double> byText = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i++) {
      byText.put(all.get(i).text(), logProbabilities[i]);
    }
    return byText;
  }
}
