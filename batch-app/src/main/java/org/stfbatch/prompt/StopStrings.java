package org.stfbatch.prompt;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Stop strings: texts that end an answer.
 *
 * <p>Inference uses {@link #found} and {@link #cut}: a stop string ends the answer wherever it
 * appears and is not part of it. {@link #originalCriteria} reproduces LLaVA's {@code
 * KeywordsStoppingCriteria}, for comparison with the original code. Immutable and thread safe.
 */
public final class StopStrings {

  private final List<String> texts;
  private final LlamaTokenizer tokenizer;
  private final int window;

  /**
   * @param texts the stop strings; none of them empty
   */
  public StopStrings(List<String> texts, LlamaTokenizer tokenizer) {
    if (texts.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException("a stop text must not be empty");
    }
    this.texts = List.copyOf(texts);
    this.tokenizer = tokenizer;
    this.window =
        1 + texts.stream().mapToInt(t -> t.getBytes(StandardCharsets.UTF_8).length).max().orElse(0);
  }

  /** Whether there are no stop strings. */
  public boolean isEmpty() {
    return texts.isEmpty();
  }

  /**
   * Returns the stop string that the newest token completed. Call it after every token; it decodes
   * only the last tokens, so its cost does not grow with the answer.
   *
   * <p>Every token that is not special makes at least one byte of text. As many tokens as the
   * longest stop string has bytes, and one more whose leading space decoding drops, therefore
   * contain every stop string that ends now.
   *
   * @param generated the ids of the answer so far, in the first {@code count} entries
   */
  public Optional<String> found(int[] generated, int count) {
    if (texts.isEmpty()) {
      return Optional.empty();
    }
    return contained(
        tokenizer.decode(
            Arrays.copyOfRange(generated, windowStart(generated, count), count), true));
  }

  private int windowStart(int[] generated, int count) {
    int start = count;
    for (int visible = 0; start > 0 && visible < window; start--) {
      visible += tokenizer.isSpecial(generated[start - 1]) ? 0 : 1;
    }
    return start;
  }

  /** Returns the answer up to the first stop string in it; all of it if there is none. */
  public String cut(String answer) {
    int end = answer.length();
    for (String text : texts) {
      int at = answer.indexOf(text);
      end = at >= 0 && at < end ? at : end;
    }
    return answer.substring(0, end);
  }

  /**
   * LLaVA's criterion for one sequence: true if the ids end with the ids of a stop string, or the
   * text of the last ids contains one. The number of those ids follows the original: {@code
   * min(length - promptLength, longest stop string in ids)}, used as a negative Python slice. If
   * the output does not include the prompt, the number is negative and the slice means "all but the
   * first".
   *
   * @param outputIds all ids that the generation loop holds
   * @param promptLength the length of the prompt that the criterion was made with
   */
  public boolean originalCriteria(int[] outputIds, int promptLength) {
    int longest = 0;
    for (String text : texts) {
      int[] ids = keywordIds(text);
      if (Arrays.equals(last(outputIds, ids.length), ids)) {
        return true;
      }
      longest = Math.max(longest, ids.length);
    }
    int offset = Math.min(outputIds.length - promptLength, longest);
    return contained(tokenizer.decode(last(outputIds, offset), true)).isPresent();
  }

  private int[] keywordIds(String text) {
    int[] ids = tokenizer.encode(text);
    boolean bos = ids.length > 1 && ids[0] == tokenizer.bosTokenId();
    return bos ? Arrays.copyOfRange(ids, 1, ids.length) : ids;
  }

  /** Python's {@code ids[-count:]}. */
  private static int[] last(int[] ids, int count) {
    int start = count > 0 ? Math.max(ids.length - count, 0) : Math.min(-count, ids.length);
    return Arrays.copyOfRange(ids, start, ids.length);
  }

  private Optional<String> contained(String text) {
    return texts.stream().filter(text::contains).findFirst();
  }
}
