package org.stfbatch.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.stfbatch.prompt.PythonText;

/**
 * MME: two yes-or-no questions about every image, in fourteen tasks. LLaVA's converter writes a
 * text file for each task, and MME's own calculation reads these files.
 */
final class Mme extends LineBenchmark {
  private static final Published PUBLISHED = new Published(1482.8, 2374);
  private static final String SUFFIX = "Answer the question using a single word or phrase.";
  private static final String PLEASE = " Please answer yes or no.";

  /** An unpaired surrogate. */
  private static final Pattern HALF = Pattern.compile("\\p{Cs}");

  private static final DataFile RELEASE =
      DataFile.from(
          "the authors of MME (https://github.com/BradyFU/Awesome-Multimodal-Large-Language-Models)",
          "MME_Benchmark_release_version");
  private static final DataSet DATA =
      new DataSet(
          "mme",
          "MME (perception)",
          Optional.of(PUBLISHED),
          List.of("MME", "mme"),
          DataFile.fromEvalZip("llava_mme.jsonl"),
          Optional.of(RELEASE),
          List.of());

  Mme() {
    super(DATA, QuestionLines.SHORT_ANSWER);
  }

  @Override
  public Score score(DataFolder data, Path answersFile, Variant variant) {
    RawAnswers answers = RawAnswers.read(answersFile).check(this, data, variant);
    Map<Key, String> truth = truth(data.find(RELEASE));
    Map<String, StringBuilder> files = new LinkedHashMap<>();
    for (RawAnswer answer : answers.list()) {
      String id = answer.textId();
      files
          .computeIfAbsent(id.split("/", -1)[0], category -> new StringBuilder())
          .append(line(answer, id, truth, variant));
    }
    Score score = MmeCalculation.of(files, variant);
    for (Map.Entry<String, StringBuilder> file : files.entrySet()) {
      score = score.with(OutputFile.text(file.getKey() + ".txt", file.getValue().toString()));
    }
    return score;
  }

  /** Key of a question: its task, its text file and its text. */
  private record Key(String category, String file, String question) {}

  private static Map<Key, String> truth(FoundFile release) {
    Map<Key, String> truth = new HashMap<>();
    for (Path category : entries(release, release.path())) {
      if (Files.isDirectory(category)) {
        readCategory(release, category, truth);
      }
    }
    return truth;
  }

  private static void readCategory(FoundFile release, Path category, Map<Key, String> truth) {
    boolean isSplit = Files.exists(category.resolve("images"));
    Path questions = isSplit ? category.resolve("questions_answers_YN") : category;
    if (!Files.isDirectory(questions)) {
      throw release.damaged("the folder " + questions + " is missing");
    }
    for (Path file : entries(release, questions)) {
      String name = file.getFileName().toString();
      if (name.endsWith(".txt")) {
        readQuestions(
            new FoundFile(file, release.origin()), category.getFileName().toString(), name, truth);
      }
    }
  }

  private static void readQuestions(
      FoundFile file, String category, String name, Map<Key, String> truth) {
    file.lines(
        (number, line) -> {
          String[] fields = PythonText.strip(line).split("\t", -1);
          if (fields.length != 2) {
            throw file.damaged(
                "line " + number + " is not a question and an answer with a tab between them");
          }
          truth.put(new Key(category, name, fields[0]), fields[1]);
        });
  }

  private static List<Path> entries(FoundFile release, Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw release.unreadable(e);
    }
  }

  private static String line(RawAnswer answer, String id, Map<Key, String> truth, Variant variant) {
    String[] parts = id.split("/", -1);
    String file = parts[parts.length - 1].split("\\.", -1)[0] + ".txt";
    Key key = new Key(parts[0], file, question(answer.prompt()));
    if (!asksForYesOrNo(answer.prompt()) && !truth.containsKey(key)) {
      key = new Key(parts[0], file, key.question().replace(PLEASE, " " + PLEASE));
    }
    String right = truth.get(key);
    if (right == null) {
      throw answer.bad(
          "asks a question that the release does not have: \"%s\" in %s/%s"
              .formatted(key.question(), parts[0], file));
    }
    return String.join("\t", file, key.question(), right, said(answer, variant)) + "\n";
  }

  /**
   * A tab or a line break would split a line of the file, and an unpaired surrogate cannot be
   * written.
   */
  private static String said(RawAnswer answer, Variant variant) {
    String text = answer.text();
    if (variant == Variant.STRICT) {
      return HALF.matcher(text.replaceAll("[\t\n\r]", " ")).replaceAll("\uFFFD");
    } else if (HALF.matcher(text).find()) {
      throw answer.bad(
          "holds an unpaired surrogate, which no file can hold and the original's script fails at; --strict replaces it");
    }
    return text;
  }

  private static boolean asksForYesOrNo(String prompt) {
    return withoutSuffix(prompt).contains(PLEASE.substring(1));
  }

  private static String question(String prompt) {
    String question = withoutSuffix(prompt);
    return asksForYesOrNo(prompt) ? question : question + PLEASE;
  }

  private static String withoutSuffix(String prompt) {
    return prompt.contains(SUFFIX) ? PythonText.strip(prompt.replace(SUFFIX, "")) : prompt;
  }
}
