package org.stfbatch.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class StopStringsTest {

  private static LlamaTokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer = LlamaTokenizer.open(Recorded.checkpoint("tiny"));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @TestFactory
  Stream<DynamicTest> theOriginalCriteriaAsRecorded() {
    return StreamSupport.stream(
            Recorded.json("cases/stopping_tiny.json").get("cases").spliterator(), false)
        .map(c -> dynamicTest(c.get("keywords") + " " + c.get("output_ids"), () -> check(c)));
  }

  private static void check(JsonNode line) {
    List<String> keywords = new ArrayList<>();
    line.get("keywords").forEach(k -> keywords.add(k.asText()));

    assertThat(
            new StopStrings(keywords, tokenizer)
                .originalCriteria(
                    Recorded.ints(line.get("output_ids")), line.get("prompt_ids_length").asInt()))
        .isEqualTo(line.get("stop").asBoolean());
  }

  @Test
  void findsAStopTextSpreadOverMoreTokensThanItsOwn() {
    int[] bytes = {260, byteId('#'), byteId('#'), byteId('#')};

    assertThat(foundAfter("###", bytes)).isEqualTo(4);
    assertThat(tokenizer.encodeWithoutSpecial("###")).hasSizeLessThan(4);
  }

  @Test
  void findsAStopTextInTheMiddleOfAToken() {
    int[] would = {300, 502};

    assertThat(tokenizer.decode(would, true)).isEqualTo("-- would");
    assertThat(foundAfter("oul", would)).isEqualTo(2);
    assertThat(foundAfter(" w", would)).isEqualTo(2);
  }

  @Test
  void findsACharacterOutsideTheBasicPlaneWhenItsLastByteComes() {
    int[] smile = {300, 300, 300, 300, 300, 300, 243, 162, 155, 131, 300};

    assertThat(foundAfter("\uD83D\uDE00", smile)).isEqualTo(10);
  }

  @Test
  void specialTokensBetweenDoNotHideAStopText() {
    int[] ids = {byteId('a'), 1, 1, 1, 0, 1, byteId('b')};

    assertThat(foundAfter("ab", ids)).isEqualTo(7);
  }

  @Test
  void everyStopInTheWholeTextIsFoundByTheWindow() {
    int[] ids = IntStream.range(0, 300).map(i -> 3 + i * 7919 % 990).toArray();
    for (String stop : List.of("e", " a", "th", "\uFFFD", "ing ", "zzzz", "on\u00E9")) {
      assertThat(foundAfter(stop, ids)).as(stop).isEqualTo(foundInWholeText(stop, ids));
    }
  }

  private static int foundInWholeText(String stop, int[] ids) {
    return IntStream.rangeClosed(1, ids.length)
        .filter(n -> tokenizer.decode(Arrays.copyOf(ids, n), true).contains(stop))
        .findFirst()
        .orElse(-1);
  }

  /** Returns the number of tokens after which the stop string is first found, or -1. */
  private static int foundAfter(String stop, int[] ids) {
    StopStrings stops = new StopStrings(List.of(stop), tokenizer);
    return IntStream.rangeClosed(1, ids.length)
        .filter(n -> stops.found(ids, n).isPresent())
        .findFirst()
        .orElse(-1);
  }

  private static int byteId(char c) {
    return 3 + c;
  }

  @Test
  void cutsBeforeTheEarliestStopText() {
    StopStrings stops = new StopStrings(List.of("USER:", "###"), tokenizer);

    assertThat(stops.cut("A dog. ### USER: and ###")).isEqualTo("A dog. ");
    assertThat(stops.cut("A dog.")).isEqualTo("A dog.");
  }

  @Test
  void withoutStopTextsNothingIsFound() {
    StopStrings none = new StopStrings(List.of(), tokenizer);

    assertThat(none.isEmpty()).isTrue();
    assertThat(none.found(new int[] {300}, 1)).isEmpty();
  }

  @Test
  void anEmptyStopTextIsRefused() {
    assertThatThrownBy(() -> new StopStrings(List.of(""), tokenizer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stop text");
  }
}
