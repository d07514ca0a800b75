package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dhatim.fastexcel.Workbook;
import org.dhatim.fastexcel.Worksheet;
import org.stfbatch.evaluation.python.PythonNumber;

/** Writer of the table for MMBench's server, with an estimate of the score. */
final class MmBenchSheet {
  private static final Set<String> DROPPED =
      Set.of("hint", "category", "source", "image", "comment", "l2-category");
  private static final int PREDICTION_COLUMN = 6;
  private static final String PREDICTION = "prediction";
  private static final String ANSWER = "answer";
  private static final String NO_CELL =
      "holds a character that no table can hold (a control character, an unpaired surrogate, U+FFFE or U+FFFF), and the original's script fails at it; --strict removes it";

  /** Distance between the indices of the repetitions of a question. */
  private static final BigInteger ROUND = BigInteger.valueOf(1_000_000);

  private final FoundFile file;
  private final RawAnswers answers;
  private final Variant variant;
  private final List<PandasTable.Row> rows = new ArrayList<>();

  /**
   * @param file the table
   */
  MmBenchSheet(FoundFile file, RawAnswers answers, Variant variant) {
    this.file = file;
    this.answers = answers;
    this.variant = variant;
  }

  Score score(String name) {
    List<String> columns = PandasTable.read(file, row -> rows.add(row.without("image")));
    List<String> kept = kept(columns);
    List<QuestionId> ids = ids();
    List<SheetCell> predictions = predictions(ids);
    List<List<SheetCell>> cells = new ArrayList<>();
    for (String column : kept) {
      cells.add(column.equals(PREDICTION) ? predictions : cells(column));
    }
    Score score =
        Score.external(
                "OpenCompass scores "
                    + name
                    + ".xlsx; the score here is an estimate: only the bare correct letter counts")
            .with(new OutputFile(name + ".xlsx", out -> write(kept, cells, out)));
    return columns.contains(ANSWER) && rows.stream().anyMatch(row -> row.value(ANSWER).isPresent())
        ? estimated(score, ids, predictions)
        : score;
  }

  /** Value that an answer writes to a cell. */
  private record Said(RawAnswer answer, JsonNode value) {}

  /**
   * Returns the lookup keys of the rows: numbers if all of them are numbers, as pandas reads a
   * column.
   */
  private List<QuestionId> ids() {
    List<String> written = rows.stream().map(row -> row.required("index")).toList();
    List<Optional<QuestionId>> numbers = written.stream().map(MmBench::index).toList();
    return numbers.stream().allMatch(Optional::isPresent)
        ? numbers.stream().map(Optional::orElseThrow).toList()
        : written.stream().map(QuestionId::of).toList();
  }

  private List<SheetCell> predictions(List<QuestionId> ids) {
    Map<QuestionId, List<Integer>> places = new HashMap<>();
    for (int row = 0; row < ids.size(); row++) {
      places.computeIfAbsent(ids.get(row), id -> new ArrayList<>()).add(row);
    }
    Said[] said = new Said[ids.size()];
    for (RawAnswer answer : answers.list()) {
      List<Integer> answered =
          lookup(answer).map(id -> places.getOrDefault(id, List.of())).orElse(List.of());
      JsonNode text = answer.value("text");
      if (text.isArray()) {
        assign(answer, text, answered, said);
      } else {
        answered.forEach(row -> said[row] = new Said(answer, text));
      }
    }
    return Stream.of(said).map(this::cell).toList();
  }

  /**
   * As in the original's pandas expression, a list as id is compared with the whole column, and an
   * object matches no row.
   */
  private static Optional<QuestionId> lookup(RawAnswer answer) {
    JsonNode id = answer.value("question_id");
    if (id.isArray()) {
      throw answer.fails("question_id", id, "a number or a text");
    }
    return QuestionId.key(id);
  }

  /**
   * As in pandas, a list as answer assigns one element to each row; it is ignored if the id matches
   * no row.
   */
  private static void assign(RawAnswer answer, JsonNode list, List<Integer> answered, Said[] said) {
    boolean fits = list.size() == answered.size();
    boolean isIgnored = answered.isEmpty() && (list.size() == 1 || list.size() == said.length);
    for (JsonNode element : list) {
      fits &= !element.isContainerNode();
    }
    if (!fits && !isIgnored) {
      throw answer.fails("text", list, "a text");
    }
    for (int i = 0; i < answered.size(); i++) {
      said[answered.get(i)] = new Said(answer, list.get(i));
    }
  }

  private SheetCell cell(Said said) {
    if (said == null) {
      return new SheetCell.Empty();
    } else if (said.value().isTextual()) {
      return text(said.value().textValue()).orElseThrow(() -> said.answer().bad(NO_CELL));
    }
    return SheetCell.value(said.value())
        .orElseThrow(
            () -> said.answer().bad("holds a number that is too large for a cell of the table"));
  }

  private Optional<SheetCell> text(String text) {
    return variant == Variant.STRICT
        ? Optional.of(SheetCell.repairedText(text))
        : SheetCell.text(text);
  }

  private List<String> kept(List<String> columns) {
    for (String dropped : DROPPED) {
      if (!columns.contains(dropped)) {
        throw file.damaged("it has no column \"" + dropped + "\", as the dev table has");
      }
    }
    List<String> kept =
        new ArrayList<>(columns.stream().filter(c -> !DROPPED.contains(c)).toList());
    if (kept.size() < PREDICTION_COLUMN) {
      throw file.damaged("it has too few columns for the upload of a dev table");
    }
    kept.add(PREDICTION_COLUMN, PREDICTION);
    return kept;
  }

  private Score estimated(Score score, List<QuestionId> ids, List<SheetCell> predictions) {
    Map<Object, Boolean> allRounds = new LinkedHashMap<>();
    Accuracies accuracies = new Accuracies();
    for (int row = 0; row < rows.size(); row++) {
      Optional<String> right = rows.get(row).value(ANSWER);
      boolean isRight =
          right.map(SheetCell.Text::new).filter(predictions.get(row)::equals).isPresent();
      accuracies.count("every round", isRight);
      allRounds.merge(question(ids.get(row)), isRight, Boolean::logicalAnd);
    }
    allRounds.values().forEach(isRight -> accuracies.count("circular", isRight));
    return new Score(
        Optional.of(
            new Score.Metric("circular accuracy, estimated", accuracies.percent("circular"))),
        List.of(new Score.Metric("accuracy of every round", accuracies.percent("every round"))),
        score.files(),
        score.notes());
  }

  private static Object question(QuestionId id) {
    return PythonNumber.integer(id.toString()).map(index -> (Object) index.mod(ROUND)).orElse(id);
  }

  private static void write(List<String> columns, List<List<SheetCell>> cells, OutputStream out)
      throws IOException {
    try (Workbook workbook = new Workbook(out, "stf-batch", "1.0")) {
      Worksheet sheet = workbook.newWorksheet("Sheet1");
      for (int column = 0; column < columns.size(); column++) {
        sheet.value(0, column, columns.get(column));
        for (int row = 0; row < cells.get(column).size(); row++) {
          cells.get(column).get(row).write(sheet, row + 1, column);
        }
      }
    }
  }

  private List<SheetCell> cells(String column) {
    List<Optional<String>> values = rows.stream().map(row -> row.value(column)).toList();
    Optional<CellType> kind = CellType.of(values);
    List<SheetCell> cells = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      String where = rows.get(row).where(column);
      cells.add(
          values
              .get(row)
              .map(value -> kind.map(k -> k.cell(value)).orElseGet(() -> tableText(where, value)))
              .orElseGet(SheetCell.Empty::new));
    }
    return cells;
  }

  private SheetCell tableText(String where, String text) {
    return text(text).orElseThrow(() -> file.damaged(where + " " + NO_CELL));
  }

  /** Type of a column in pandas: the first that all its values fit, or else text. */
  private enum CellType {
    NUMBER("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?") {
      @Override
      SheetCell cell(String value) {
        return new SheetCell.Number(Double.parseDouble(value));
      }
    },
    TRUTH("(?i)true|false") {
      @Override
      SheetCell cell(String value) {
        return new SheetCell.Truth(Boolean.parseBoolean(value));
      }
    };

    private final Pattern values;

    CellType(String values) {
      this.values = Pattern.compile(values);
    }

    abstract SheetCell cell(String value);

    static Optional<CellType> of(List<Optional<String>> column) {
      return Stream.of(values())
          .filter(
              kind ->
                  column.stream()
                      .flatMap(Optional::stream)
                      .allMatch(value -> kind.values.matcher(value).matches()))
          .findFirst();
    }
  }
}
