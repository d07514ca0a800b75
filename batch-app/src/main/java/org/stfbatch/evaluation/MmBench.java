package org.stfbatch.evaluation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.stfbatch.evaluation.python.PythonNumber;

/**
 * MMBench, dev, in English or Chinese: OpenCompass scores it. The images are in the table. Every
 * question is repeated with rotated options. The estimate here counts a question as correct if
 * every answer is exactly the correct letter; the server also accepts longer answers.
 */
final class MmBench implements Benchmark {
  private static final String LETTERS = "ABCD";
  private static final String ORIGIN = "https://opencompass.openxlab.space/utils/MMBench/";
  private static final Pattern NONE = Pattern.compile("(?i)nan|none");

  private final DataSet dataSet;
  private final String suffix;

  private MmBench(DataSet dataSet, String suffix) {
    this.dataSet = dataSet;
    this.suffix = suffix;
  }

  /** Rows of the dev set in either language, including circular copies. */
  private static final long ROWS = 4377;

  static MmBench english() {
    return new MmBench(
        dataSet("mmbench", "MMBench", 66.2, "mmbench_dev_20230712.tsv", List.of("mmbench")),
        "\nAnswer with the option's letter from the given choices directly.");
  }

  static MmBench chinese() {
    return new MmBench(
        dataSet(
            "mmbench-cn",
            "MMBench-CN",
            58.9,
            "mmbench_dev_cn_20231003.tsv",
            List.of("mmbench-cn", "mmbench_cn", "mmbench")),
        "\n请直接回答选项字母。");
  }

  private static DataSet dataSet(
      String name, String title, double published, String table, List<String> folders) {
    return new DataSet(
        name,
        title,
        Optional.of(new Published(published, ROWS)),
        folders,
        DataFile.from(ORIGIN + table, table),
        Optional.empty(),
        List.of());
  }

  @Override
  public DataSet dataSet() {
    return dataSet;
  }

  @Override
  public void questions(DataFolder data, Consumer<Question> consumer) {
    long[] number = new long[1];
    PandasTable.read(
        data.find(dataSet.questionFile()), row -> consumer.accept(question(++number[0], row)));
  }

  private Question question(long number, PandasTable.Row row) {
    List<String> options = options(row);
    List<String> letters =
        LETTERS.substring(0, options.size()).chars().mapToObj(Character::toString).toList();
    StringBuilder text = new StringBuilder();
    present(row.value("hint")).ifPresent(hint -> text.append(hint).append('\n'));
    text.append(row.required("question"));
    for (int i = 0; i < options.size(); i++) {
      text.append('\n').append(letters.get(i)).append(". ").append(options.get(i));
    }
    return Question.of(
        name(),
        number,
        index(row),
        row.value("category"),
        Optional.of("data:image/jpeg;base64," + row.required("image").replaceAll("\\s", "")),
        text + suffix,
        text.toString(),
        Optional.of(new Question.Options(options, letters)),
        QuestionLines.LONG_ANSWER);
  }

  /** Returns the options up to the first missing one; later ones are ignored. */
  private static List<String> options(PandasTable.Row row) {
    List<String> options = new ArrayList<>();
    for (char letter : LETTERS.toCharArray()) {
      Optional<String> option = present(row.value(String.valueOf(letter)));
      if (option.isEmpty()) {
        return options;
      }
      options.add(option.get());
    }
    return options;
  }

  private static Optional<String> present(Optional<String> value) {
    return value.filter(text -> !NONE.matcher(text).matches());
  }

  private static QuestionId index(PandasTable.Row row) {
    String index = row.required("index");
    return index(index).orElseGet(() -> QuestionId.of(index));
  }

  /** Returns the number of an index; empty if it is not a number. */
  static Optional<QuestionId> index(String index) {
    return PythonNumber.integer(index).map(QuestionId::of);
  }

  @Override
  public Score score(DataFolder data, Path answersFile, Variant variant) {
    RawAnswers answers = RawAnswers.read(answersFile).check(this, data, variant);
    return new MmBenchSheet(data.find(dataSet.questionFile()), answers, variant).score(name());
  }
}
