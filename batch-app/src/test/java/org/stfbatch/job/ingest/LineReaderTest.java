package org.stfbatch.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {

  @Test
  void blankLinesCountButAreNoLines() throws IOException {
    List<Line> lines = lines("a\n\n \t\r\nb\r\nc", 100);

    assertThat(lines).extracting(Line::number).containsExactly(1L, 4L, 5L);
    assertThat(lines).extracting(LineReaderTest::text).containsExactly("a", "b\r", "c");
  }

  @Test
  void aCarriageReturnAloneEndsALineAsInPythonsTextFiles() throws IOException {
    List<Line> lines = lines("a\rb\r\r\nc\r", 100);

    assertThat(lines).extracting(LineReaderTest::text).containsExactly("a\r", "b\r", "c\r");
    assertThat(lines).extracting(Line::number).containsExactly(1L, 2L, 4L);
  }

  @Test
  void theByteOrderMarkIsNoPartOfTheFirstLine() throws IOException {
    assertThat(lines("\uFEFFa\n\uFEFFb", 100))
        .extracting(LineReaderTest::text)
        .containsExactly("a", "\uFEFFb");
  }

  @Test
  void ofAnOverlongLineOnlyTheBeginningIsKept() throws IOException {
    List<Line> lines = lines("abc\nabcd\nab", 3);

    assertThat(lines).extracting(LineReaderTest::text).containsExactly("abc", "abc", "ab");
    assertThat(lines).extracting(Line::overlong).containsExactly(false, true, false);
  }

  @Test
  void nothingHoldsNoLine() throws IOException {
    assertThat(lines("", 3)).isEmpty();
    assertThat(lines("\n\n", 3)).isEmpty();
  }

  private static String text(Line line) {
    return new String(line.bytes(), StandardCharsets.UTF_8);
  }

  private static List<Line> lines(String text, int maxBytes) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<Line> lines = new ArrayList<>();
    try (LineReader reader = new LineReader(new ByteArrayInputStream(bytes), maxBytes)) {
      for (Line line = reader.next(); line != null; line = reader.next()) {
        lines.add(line);
      }
    }
    return lines;
  }
}
