package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as an answer that repeats itself. */
final class RepetitionDetectorTest {
  private static final RepetitionDetection DEFAULT = RepetitionDetection.DEFAULT;

  @ParameterizedTest
  @CsvSource({"1, 64", "3, 64", "16, 64", "17, 68", "32, 128"})
  void aPatternIsALoopWhenItIsLongAndFrequentEnough(int size, int tokens) {
    List<Integer> start = List.of(900, 901);
    List<Integer> loop = repeated(IntStream.range(0, size).boxed().toList(), 200);

    Found found = firstFound(DEFAULT, joined(start, loop));

    assertThat(found.tokens()).isEqualTo(start.size() + tokens);
    assertThat(found.kept()).isEqualTo(joined(start, loop.subList(0, size)));
  }

  /** A repetition need not begin where its pattern does. */
  @Test
  void whatIsKeptIsEverythingUpToTheEndOfTheFirstOccurrence() {
    List<Integer> tokens = joined(List.of(5, 2), repeated(List.of(1, 2), 40));

    assertThat(firstFound(DEFAULT, tokens).kept()).containsExactly(5, 2, 1);
  }

  @Test
  void numbersThatPeopleWriteAreNoLoops() {
    requireNone(repeated(List.of(48), 60), "a one with sixty zeros");
    requireNone(repeated(List.of(7), 6), "very, very, very");
    requireNone(repeated(List.of(1, 2, 3), 20), "twenty equal items of a list");
    requireNone(repeated(List.of(1, 124), 31), "a row of a table with equal cells");
    requireNone(repeated(IntStream.range(0, 30).boxed().toList(), 3), "a refrain");
  }

  @Test
  void countedItemsAreNoLoop() {
    List<Integer> items = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      items.addAll(List.of(13, 500 + i, 29889, 1, 2));
    }
    requireNone(items, "items with their numbers");
  }

  @Test
  void aLongerPatternThanAskedForIsNone() {
    requireNone(repeated(IntStream.range(0, 33).boxed().toList(), 10), "33 tokens");
  }

  @Test
  void anInterruptedLoopBeginsAgain() {
    List<Integer> almost = repeated(List.of(1, 2), 31);
    requireNone(joined(joined(almost, List.of(3)), almost), "a token between two loops");
  }

  @Test
  void limitsAreThoseGiven() {
    RepetitionDetection limits = new RepetitionDetection(2, 3, 4);

    assertThat(firstFound(limits, repeated(List.of(1, 2), 9)).tokens()).isEqualTo(6);
    assertThat(firstFound(limits, repeated(List.of(1), 9)).tokens()).isEqualTo(4);
    assertThat(find(limits, repeated(List.of(1, 2, 3), 9))).isNull();
    assertThat(find(RepetitionDetection.OFF, repeated(List.of(1), 999))).isNull();
  }

  @Test
  void theNotationIsReadAsItIsWritten() {
    for (RepetitionDetection one :
        List.of(DEFAULT, RepetitionDetection.OFF, new RepetitionDetection(7, 2, 9))) {
      assertThat(RepetitionDetection.parse(one.toString())).isEqualTo(one);
    }
    assertThat(DEFAULT).hasToString(RepetitionDetection.DEFAULT_NOTATION);
    assertThat(RepetitionDetection.parse("min-tokens=9"))
        .isEqualTo(new RepetitionDetection(DEFAULT.maxPatternSize(), DEFAULT.minCount(), 9));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "on",
        "min-count",
        "min-count=",
        "min-count=1",
        "min-count=-3",
        "min-count=99999999999",
        "min-tokens=1",
        "max-pattern-size=0",
        "max-pattern-size=1001",
        "size=3",
        "min-count=3,",
      })
  void whatIsNoNotationIsRefused(String text) {
    assertThatThrownBy(() -> RepetitionDetection.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /**
   * A detected repetition.
   *
   * @param tokens the number of tokens after which it was detected
   */
  private record Found(int tokens, List<Integer> kept) {}

  private static Found firstFound(RepetitionDetection limits, List<Integer> tokens) {
    Found found = find(limits, tokens);
    assertThat(found).isNotNull();
    return found;
  }

  private static void requireNone(List<Integer> tokens, String what) {
    assertThat(find(DEFAULT, tokens)).as(what).isNull();
  }

  /** Returns null if no repetition is detected. */
  private static Found find(RepetitionDetection limits, List<Integer> tokens) {
    RepetitionDetector detector = new RepetitionDetector(limits);
    for (int count = 1; count <= tokens.size(); count++) {
      List<Integer> answer = tokens.subList(0, count);
      detector.accept(answer);
      if (detector.excessTokens() > 0) {
        return new Found(count, answer.subList(0, count - detector.excessTokens()));
      }
    }
    return null;
  }

  private static List<Integer> repeated(List<Integer> pattern, int times) {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      all.addAll(pattern);
    }
    return all;
  }

  private static List<Integer> joined(List<Integer> first, List<Integer> second) {
    List<Integer> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
