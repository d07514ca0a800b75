package org.stfbatch.training;

import static org.stfbatch.model.TrainingRow.IGNORED;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.stfbatch.prompt.ConversationTemplate;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * Tokenizer of the template {@code v1} ({@code vicuna_v1}): the labels cover the answers and their
 * end tokens.
 *
 * <p>As in the original, the positions of an answer are found by tokenizing each round alone and
 * counting its tokens. If the count does not match the whole conversation, all labels are masked.
 */
final class ConversationTokenizer implements SampleTokenizer {
  private static final Pattern ROUND_END = Pattern.compile("</s>");
  private static final String ANSWER = " ASSISTANT: ";

  private final LlamaTokenizer tokenizer;
  private final int maxLength;

  ConversationTokenizer(LlamaTokenizer tokenizer, int maxLength) {
    this.tokenizer = tokenizer;
    this.maxLength = maxLength;
  }

  @Override
  public TokenizedSample tokenize(Sample sample) {
    boolean picture = sample.image().isPresent();
    String prompt = ConversationTemplate.VICUNA_V1.prompt(messages(sample));
    int[] ids = picture ? encode(prompt, true) : cut(encode(prompt, false));
    int[] labels = ids.clone();
    int end = maskQuestions(labels, prompt, picture);
    Arrays.fill(labels, Math.min(end, labels.length), labels.length, IGNORED);
    if (end < maxLength && end != countedLength(ids)) {
      Arrays.fill(labels, IGNORED);
    }
    return new TokenizedSample(ids, labels);
  }

  /** Skips an answer before the first question; after it, user and model must alternate. */
  private static List<String> messages(Sample sample) {
    List<Turn> turns = ImageMarkers.placed(sample);
    if (turns.isEmpty()) {
      throw TrainingDataException.of(sample, "has no turns: give it a question and an answer");
    } else if (turns.get(0).speaker() == Speaker.GPT) {
      turns = turns.subList(1, turns.size());
    }
    for (int i = 0; i < turns.size(); i++) {
      Speaker speaker = turns.get(i).speaker();
      if (speaker == Speaker.OTHER) {
        throw TrainingDataException.of(
            sample, "has a turn that is neither from human nor from gpt: name one of them");
      } else if (speaker != (i % 2 == 0 ? Speaker.HUMAN : Speaker.GPT)) {
        throw TrainingDataException.of(
            sample, "does not go back and forth between human and gpt: reorder or merge its turns");
      }
    }
    return turns.stream().map(Turn::text).toList();
  }

  private int[] encode(String text, boolean picture) {
    return picture ? tokenizer.encodeWithImages(text) : tokenizer.encode(text);
  }

  private int[] cut(int[] ids) {
    return ids.length > maxLength ? Arrays.copyOf(ids, maxLength) : ids;
  }

  /**
   * Masks the labels of everything but the answers.
   *
   * @return the position after the last round by the original's count
   */
  private int maskQuestions(int[] labels, String prompt, boolean picture) {
    int end = 1;
    mask(labels, 0, end);
    String[] rounds = ROUND_END.split(prompt, -1);
    for (int i = 0; i < rounds.length; i++) {
      int answer = rounds[i].indexOf(ANSWER);
      if (answer < 0 || rounds[i].indexOf(ANSWER, answer + ANSWER.length()) >= 0) {
        break;
      }
      // A question alone begins with BOS, and its last space belongs to the first token of the
      // answer. Without legacy behaviour, a later round alone also begins with a space of its own.
      int extra = i > 0 && !tokenizer.isLegacy() ? 1 : 0;
      int question =
          encode(rounds[i].substring(0, answer + ANSWER.length()), picture).length - 2 - extra;
      mask(labels, end, end + question);
      end += encode(rounds[i], picture).length - extra;
    }
    return end;
  }

  private static void mask(int[] labels, int from, int to) {
    int start = Math.min(from, labels.length);
    Arrays.fill(labels, start, Math.max(start, Math.min(to, labels.length)), IGNORED);
  }

  /** Unknown tokens serve as padding in training and are not counted. */
  private int countedLength(int[] ids) {
    return (int) Arrays.stream(ids).filter(id -> id != tokenizer.unknownTokenId()).count();
  }
}
