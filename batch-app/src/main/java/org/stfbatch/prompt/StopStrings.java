package org.stfbatch.prompt;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Texts that end an answer.
 *
 * <p>{@link #found} and {@link #cut} are what the runner uses: a stop text ends the answer wherever
 * it appears and is not part of it. {@link #originalCriteria} is LLaVA's own {@code
 * KeywordsStoppingCriteria} with its oddities, for comparison with the original code. Immutable and
 * thread safe.
 */
public final class StopStrings {

  private final List<String> texts;
  private final LlamaTokenizer tokenizer;
  private final int window;

  /**
   * @param texts the stop texts; none of them empty
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

  /** Whether there is no stop text at all. */
  public boolean isEmpty() {
    return texts.isEmpty();
  }

  /**
   * The stop text that the newest token completed. To be asked after every token; it looks only at
   * the last tokens, so its cost does not grow with the answer.
   *
   * <p>Every token that is not special makes at least one byte of text, so as many tokens as the
   * longest stop text has bytes, and one more whose leading space decoding drops, hold every stop
   * text that ends now.
   *
   * @param generated the answer's ids so far in its first {@code count} entries
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

  /** The answer's text before the first stop text in it; all of it if there is none. */
  public String cut(String answer) {
    int end = answer.length();
    for (String text : texts) {
      int at = answer.indexOf(text);
      end = at >= 0 && at < end ? at : end;
    }
    return answer.substring(0, end);
  }

  /**
   * LLaVA's criteria for one sequence: true if the ids end with a stop text's ids, or a stop text
   * is in the text of the last ids. How many ids those are follows the original: {@code min(length
   * - promptLength, longest stop text in ids)}, taken as a negative Python slice, so that a prompt
   * that is not part of the output turns it into "all but the first".
   *
   * @param outputIds all ids the generation loop holds
   * @param promptLength the prompt's length that the criteria were made with
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
