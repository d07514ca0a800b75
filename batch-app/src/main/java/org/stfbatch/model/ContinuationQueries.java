package org.stfbatch.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.stfbatch.model.Continuations.Query;
import org.stfbatch.model.TorchModule.Tensor;

/**
 * What is asked about the tokens of a call with branching prompts: which token may come after which
 * one. What comes next matters after each prompt's last token and after every token of its tree.
 */
final class ContinuationQueries {
  private final List<BranchingPrompt> prompts;
  private final List<Integer> last = new ArrayList<>();
  private final List<Integer> after = new ArrayList<>();
  private final List<Integer> wanted = new ArrayList<>();

  /**
   * @param lastOfPrompts which of the tokens that go through all layers is the last of each prompt;
   *     those of its tree follow
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

  /** [W] the tokens after which the next one matters. */
  Tensor last() {
    return Tensor.int64(ints(last));
  }

  /** [2, Q] which of {@link #last}, and the token that may come next. */
  Tensor queries() {
    return Tensor.int64(new int[][] {ints(after), ints(wanted)});
  }

  /**
   * The sums of the queries' log-probabilities, by prompt and continuation.
   *
   * @param found [Q]
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
