package org.stfbatch.evaluation;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
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

/** The table that MMBench's server wants, and what can be told of its score without the server. */
final class MmBenchSheet {
  private static final Set<String> DROPPED =
      Set.of("hint", "category", "source", "image", "comment", "l2-category");
  private static final int PREDICTION_COLUMN = 6;
  private static final String PREDICTION = "prediction";
  private static final String ANSWER = "answer";

  /** Rows of one question are so far apart. */
  private static final BigInteger ROUND = BigInteger.valueOf(1_000_000);

  private static final int LONGEST_CELL = 32_767;
  private static final Pattern NO_CELL = Pattern.compile("[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F]");

  private final Map<QuestionId, RawAnswer> answers;
  private final Variant variant;
  private final List<Entry> entries = new ArrayList<>();

  /** A row of the table without its image. */
  private record Entry(PandasTable.Row row, QuestionId id, Optional<String> prediction) {}

  /**
   * @param answers the last one to each question
   */
  MmBenchSheet(Map<QuestionId, RawAnswer> answers, Variant variant) {
    this.answers = answers;
    this.variant = variant;
  }

  void add(QuestionId id, PandasTable.Row row) {
    Optional<String> text = Optional.ofNullable(answers.get(id)).map(this::cell);
    entries.add(new Entry(row.without("image"), id, text));
  }

  private String cell(RawAnswer answer) {
    String text = answer.text();
    if (NO_CELL.matcher(text).find()) {
      if (variant == Variant.ORIGINAL) {
        throw answer.bad(
            "holds a control character, which no table can hold and the original's script fails at; --strict leaves it out");
      }
      text = NO_CELL.matcher(text).replaceAll("");
    }
    return text.substring(0, Math.min(LONGEST_CELL, text.length()));
  }

  Score score(FoundFile file, List<String> columns, String name) {
    List<String> kept = kept(file, columns);
    Score score =
        Score.elsewhere(
                "OpenCompass scores "
                    + name
                    + ".xlsx; the figure here is an estimate: only the bare right letter counts")
            .with(new OutputFile(name + ".xlsx", out -> write(kept, out)));
    return columns.contains(ANSWER)
            && entries.stream().anyMatch(e -> e.row().value(ANSWER).isPresent())
        ? estimated(score)
        : score;
  }

  private static List<String> kept(FoundFile file, List<String> columns) {
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

  private Score estimated(Score score) {
    Map<Object, Boolean> allRounds = new LinkedHashMap<>();
    Accuracies accuracies = new Accuracies();
    for (Entry entry : entries) {
      boolean isRight =
          entry.prediction().isPresent() && entry.prediction().equals(entry.row().value(ANSWER));
      accuracies.count("every round", isRight);
      allRounds.merge(question(entry.id()), isRight, Boolean::logicalAnd);
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

  private void write(List<String> columns, OutputStream out) throws IOException {
    try (Workbook workbook = new Workbook(out, "stf-batch", "1.0")) {
      Worksheet sheet = workbook.newWorksheet("Sheet1");
      for (int column = 0; column < columns.size(); column++) {
        sheet.value(0, column, columns.get(column));
        writeColumn(sheet, column, columns.get(column));
      }
    }
  }

  private void writeColumn(Worksheet sheet, int column, String name) {
    List<Optional<String>> values =
        entries.stream()
            .map(e -> name.equals(PREDICTION) ? e.prediction() : e.row().value(name))
            .toList();
    Kind kind = name.equals(PREDICTION) ? Kind.TEXT : Kind.of(values);
    for (int row = 0; row < values.size(); row++) {
      if (values.get(row).isPresent()) {
        kind.write(sheet, row + 1, column, values.get(row).get());
      }
    }
  }

  /** What pandas takes the values of a column for: what all of them can be. */
  private enum Kind {
    WHOLE_NUMBER("[+-]?\\d{1,18}") {
      @Override
      void write(Worksheet sheet, int row, int column, String value) {
        sheet.value(row, column, Long.valueOf(value));
      }
    },
    NUMBER("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?") {
      @Override
      void write(Worksheet sheet, int row, int column, String value) {
        sheet.value(row, column, Double.valueOf(value));
      }
    },
    TRUTH("(?i)true|false") {
      @Override
      void write(Worksheet sheet, int row, int column, String value) {
        sheet.value(row, column, Boolean.valueOf(value));
      }
    },
    TEXT("(?s).*") {
      @Override
      void write(Worksheet sheet, int row, int column, String value) {
        sheet.value(row, column, value);
      }
    };

    private final Pattern values;

    Kind(String values) {
      this.values = Pattern.compile(values);
    }

    abstract void write(Worksheet sheet, int row, int column, String value);

    static Kind of(List<Optional<String>> column) {
      return Stream.of(values())
          .filter(
              kind ->
                  column.stream()
                      .flatMap(Optional::stream)
                      .allMatch(value -> kind.values.matcher(value).matches()))
          .findFirst()
          .orElseThrow();
    }
  }
}
