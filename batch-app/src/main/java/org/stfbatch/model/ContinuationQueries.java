package org.stfbatch.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.stfbatch.model.Continuations.Query;
import org.stfbatch.model.TorchModule.Tensor;

/**
 * Queries of next-token probabilities in a call with branching prompts: the probability of a token
 * after each prompt's last token or after a token of its tree.
 */
final class ContinuationQueries {
  private final List<BranchingPrompt> prompts;
  private final List<Integer> last = new ArrayList<>();
  private final List<Integer> after = new ArrayList<>();
  private final List<Integer> wanted = new ArrayList<>();

  /**
   * @param lastOfPrompts index of each prompt's last token among the tokens that pass all layers;
   *     the tokens of its tree follow it
   */
  ContinuationQueries(List<BranchingPrompt> prompts, int[] lastOfPrompts) {
    this.prompts = prompts;
    for (int i = 0; i < lastOfPrompts.length; i++) {
      add(prompts.get(i), lastOfPrompts[i]);
    }
  }

  private void add(BranchingPrompt prompt, int lastOfPrompt) {
    int promptLast = last.size();
    int treeTokens = prompt.continuations().treeTokens();
    IntStream.rangeClosed(lastOfPrompt, lastOfPrompt + treeTokens).forEach(last::add);
    for (int i = 0; i < prompt.continuations().count(); i++) {
      for (Query query : prompt.continuations().queries(i)) {
        after.add(promptLast + 1 + query.after());
        wanted.add(query.tokenId());
      }
    }
  }

  /** Returns [W] the indices of the tokens whose next-token logits are needed. */
  Tensor last() {
    return Tensor.int64(ints(last));
  }

  /** Returns [2, Q]: index into {@link #last}, and the id of the next token. */
  Tensor queries() {
    return Tensor.int64(new int[][] {ints(after), ints(wanted)});
  }

  /**
   * Returns the sums of the queries' log-probabilities, by prompt and continuation.
   *
   * @param found [Q] log-probabilities
   */
  List<double[]> sums(float[] found) {
    List<double[]> sums = new ArrayList<>();
    int next = 0;
    for (BranchingPrompt prompt : prompts) {
      double[] sum = new double[prompt.continuations().count()];
      for (int i = 0; i < sum.length; i++) {
        for (int left = prompt.continuations().queries(i).size(); left > 0; left--) {
          sum[i] += found[next++];
        }
      }
      sums.add(sum);
    }
    return sums;
  }

  private static int[] ints(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }
}
