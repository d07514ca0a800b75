package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stfbatch.evaluation.Scoring.bytes;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dhatim.fastexcel.reader.CellType;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import org.dhatim.fastexcel.reader.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MmBenchTest {
  private static final String HEADER =
      "index\tquestion\thint\tA\tB\tC\tD\tanswer\tcategory\timage\tsource\tl2-category\tcomment\tsplit\n";

  @TempDir Path folder;

  private Scoring mmbench(String rows) {
    return new Scoring("mmbench", folder).file("mmbench_dev_20230712.tsv", HEADER + rows);
  }

  private static String row(String index, String hint, String options, String answer) {
    return index
        + "\tWhat?\t"
        + hint
        + "\t"
        + options
        + "\t"
        + answer
        + "\tobject\t/9j/4AAQ\tsyn\tperception\t\tdev\n";
  }

  private Scoring rounds() {
    return mmbench(
        row("5", "", "cat\tdog\t\t", "B")
            + row("1000005", "", "dog\tcat\t\t", "A")
            + row("6", "Look.", "1\t2\t3\t4", "D"));
  }

  @Test
  void theHintAndTheOptionsAreInThePrompt() {
    List<Question> questions = rounds().questions();

    assertThat(questions)
        .extracting(Question::recorded)
        .containsExactly(
            "What?\nA. cat\nB. dog",
            "What?\nA. dog\nB. cat",
            "Look.\nWhat?\nA. 1\nB. 2\nC. 3\nD. 4");
    assertThat(questions.get(0).message())
        .isEqualTo(
            "What?\nA. cat\nB. dog\nAnswer with the option's letter from the given choices directly.");
    assertThat(questions.get(0).image()).contains("data:image/jpeg;base64,/9j/4AAQ");
    assertThat(questions.get(0).options().orElseThrow().letters()).containsExactly("A", "B");
    assertThat(questions.get(1).id()).isEqualTo(QuestionId.of(1000005));
  }

  @Test
  void theChineseTableIsAskedInChinese() {
    Scoring scoring =
        new Scoring("mmbench-cn", folder)
            .file("mmbench_dev_cn_20231003.tsv", HEADER + row("1", "", "猫\t狗\t\t", "A"));

    assertThat(scoring.questions().get(0).message()).isEqualTo("What?\nA. 猫\nB. 狗\n请直接回答选项字母。");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "NA", "N/A", "null", "None", "nan", "NAN", "nOnE", "\"NA\"", "<NA>"})
  void aMissingValueEndsTheOptions(String nothing) {
    Scoring scoring = mmbench(row("1", nothing, "x\t" + nothing + "\tz\t", "A"));

    assertThat(scoring.questions().get(0).recorded()).isEqualTo("What?\nA. x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"na", "Null", "none of them", "No", "-"})
  void otherWordsAreOptions(String option) {
    assertThat(mmbench(row("1", "", "x\t" + option + "\t\t", "A")).questions().get(0).recorded())
        .isEqualTo("What?\nA. x\nB. " + option);
  }

  @Test
  void quotesMayHoldEverything() {
    Scoring scoring =
        mmbench(
            row("1", "\"a \"\"b\"\"\tc\nd\"", "x \"y\"\t\"\"\"z\"\"\"\t\"q\" r\t", "A")
                + "\n\r\n"
                + row("2", "", "x\ty\t\t", "A"));

    assertThat(scoring.questions())
        .extracting(Question::recorded)
        .containsExactly("a \"b\"\tc\nd\nWhat?\nA. x \"y\"\nB. \"z\"\nC. q r", "What?\nA. x\nB. y");
  }

  @Test
  void theUploadHasThePredictionInTheSeventhColumn() throws IOException {
    Score score = rounds().answer(5, "B").answer(6, "The answer is D.").score();

    assertThat(cells(bytes(score, "mmbench.xlsx")))
        .containsExactly(
            List.of("index", "question", "A", "B", "C", "D", "prediction", "answer", "split"),
            List.of("5", "What?", "cat", "dog", "", "", "B", "B", "dev"),
            List.of("1000005", "What?", "dog", "cat", "", "", "", "A", "dev"),
            List.of("6", "What?", "1", "2", "3", "4", "The answer is D.", "D", "dev"));
  }

  @Test
  void columnsOfNumbersAreWrittenAsNumbers() throws IOException {
    Scoring scoring =
        mmbench(row("1", "", "x\t1e5\tTrue\t7", "A") + row("2", "", "y\t2.5\tfalse\t", "A"));

    assertThat(cells(bytes(scoring.score(), "mmbench.xlsx")).subList(1, 3))
        .extracting(row -> row.subList(2, 6))
        .containsExactly(List.of("x", "100000", "1", "7"), List.of("y", "2.5", "0", ""));
  }

  private static List<List<String>> cells(byte[] workbook) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    try (ReadableWorkbook book = new ReadableWorkbook(new ByteArrayInputStream(workbook))) {
      for (Row row : book.getFirstSheet().read()) {
        List<String> cells = new ArrayList<>();
        for (int column = 0; column < 9; column++) {
          cells.add(row.getOptionalCell(column).map(cell -> cell.getRawValue()).orElse(""));
        }
        rows.add(cells.stream().map(cell -> cell == null ? "" : cell).toList());
      }
    }
    return rows;
  }

  @Test
  void aQuestionIsRightIfItIsEveryTime() {
    Scoring scoring = rounds().answer(5, "B").answer(1000005, "B").answer(6, "D");
    Score score = scoring.score();

    assertThat(score.headline().orElseThrow().value()).isEqualTo(50);
    assertThat(Scoring.metric(score, "accuracy of every round")).isEqualTo(2.0 / 3 * 100);
    assertThat(scoring.answer(1000005, "A").headline()).isEqualTo(100);
    assertThat(scoring.answer(6, "D.").headline()).isEqualTo(50);
  }

  @Test
  void controlCharactersFitNoCell() {
    Scoring scoring = rounds().answer(5, "B\u0007").answer(1000005, "A").answer(6, "D");

    assertThat(scoring.complaint()).contains("line 1", "control character", "--strict");
    assertThat(scoring.score(Variant.STRICT).headline().orElseThrow().value()).isEqualTo(100);
  }

  @Test
  void damagedTablesAreNamed() {
    assertThat(mmbench("1\tWhat?\t\"hint\n").complaint())
        .contains("mmbench_dev_20230712.tsv", "line 2", "opencompass");
    assertThat(mmbench("1\t".repeat(15) + "\n").complaint()).contains("16 fields", "14 columns");
    assertThat(
            new Scoring("mmbench", folder)
                .file("mmbench_dev_20230712.tsv", "index\tquestion\n1\tx\n")
                .complaint())
        .contains("no column");
  }

  private static List<String> predictions(Score score) throws IOException {
    return cells(bytes(score, "mmbench.xlsx")).stream().skip(1).map(row -> row.get(6)).toList();
  }

  private static CellType type(Score score, int row) throws IOException {
    try (ReadableWorkbook book =
        new ReadableWorkbook(new ByteArrayInputStream(bytes(score, "mmbench.xlsx")))) {
      return book.getFirstSheet().read().get(row).getCell(6).getType();
    }
  }

  private static String said(String id, String text) {
    return "{\"question_id\": %s, \"text\": %s}".formatted(id, text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "5 | 5",
        "5.0 | 5",
        "1.5 | 1.5",
        "true | 1",
        "null | ``",
        "NaN | ``",
        "Infinity | inf",
        "{} | ``",
        "{\"a\": 1} | ``",
        "[\"x\"] | x",
        "[7] | 7",
        "\"\" | ``",
        "\"=1+1\" | =1+1",
        "\"#N/A\" | #N/A"
      })
  void whatIsNoTextIsWrittenAsPandasDoes(String text, String expected) throws IOException {
    assertThat(predictions(rounds().line(said("5", text)).score()))
        .containsExactly(expected, "", "");
  }

  @Test
  void aTextIsATextAndANumberANumber() throws IOException {
    Scoring scoring =
        rounds()
            .line(said("5", "\"=HYPERLINK(\\\"x\\\")\""))
            .line(said("1000005", "\"5\""))
            .line(said("6", "5"));

    assertThat(type(scoring.score(), 1)).isEqualTo(CellType.STRING);
    assertThat(type(scoring.score(), 2)).isEqualTo(CellType.STRING);
    assertThat(type(scoring.score(), 3)).isEqualTo(CellType.NUMBER);
  }

  @Test
  void anEmptyAnswerIsAnEmptyCell() throws IOException {
    Score score = rounds().answer(5, "").score();

    try (ReadableWorkbook book =
        new ReadableWorkbook(new ByteArrayInputStream(bytes(score, "mmbench.xlsx")))) {
      assertThat(book.getFirstSheet().read().get(1).getOptionalCell(6)).isEmpty();
    }
  }

  @Test
  void listsMustFitTheirRows() throws IOException {
    assertThat(rounds().line(said("5", "[\"x\", \"y\"]")).complaint()).contains("line 1", "a list");
    assertThat(rounds().line(said("5", "[]")).complaint()).contains("line 1", "a list");
    assertThat(rounds().line(said("99", "[1, 2]")).complaint()).contains("line 1", "a list");
    assertThat(predictions(rounds().line(said("99", "[1, 2, 3]")).score()))
        .containsExactly("", "", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"5\"", "null", "NaN", "{}", "5.5", "1e400"})
  void idsThatAreInNoRowChangeNothing(String id) throws IOException {
    assertThat(predictions(rounds().line(said(id, "\"x\"")).score())).containsExactly("", "", "");
  }

  @Test
  void rowsAreFoundByNumbersUnlessOneIsNone() throws IOException {
    assertThat(predictions(rounds().line(said("5.0", "\"x\"")).score()))
        .containsExactly("x", "", "");
    Scoring mixed = mmbench(row("5", "", "x\ty\t\t", "A") + row("a", "", "x\ty\t\t", "A"));
    assertThat(predictions(mixed.answer(5, "A").answer("a", "B").score())).containsExactly("", "B");
    assertThat(predictions(mixed.answer("5", "A").score())).containsExactly("A", "B");
  }

  @Test
  void aLongTextIsCutBetweenCharacters() throws IOException {
    String long1 = "\uD83D\uDE00".repeat(32_768);

    assertThat(predictions(rounds().answer(5, long1).score()).get(0)).isEqualTo(long1.substring(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\ufffe", "\\uffff", "\\ud83d", "\\ude00x", "\\u0000", "\\u001f"})
  void whatNoTableCanHoldFailsUnlessItIsCutOrReplaced(String character) throws IOException {
    String text = "\"a" + character + "\"";
    Scoring scoring = rounds().line(said("5", text)).answer(1000005, "A").answer(6, "D");

    assertThat(scoring.complaint()).contains("line 1", "--strict");
    assertThat(predictions(scoring.score(Variant.STRICT)).get(0)).matches("ax?");
    assertThat(predictions(scoring.answer(5, "B").score()).get(0)).isEqualTo("B");
    Scoring far = rounds().line(said("5", "\"" + "x".repeat(32_767) + character + "\""));
    assertThat(predictions(far.score()).get(0)).hasSize(32_767);
  }

  @Test
  void theTableItselfMayNotHoldItEither() {
    assertThat(mmbench(row("5", "", "a\uFFFE\ty\t\t", "A")).complaint())
        .contains("mmbench_dev_20230712.tsv", "line 2", "column \"A\"");
  }
}
