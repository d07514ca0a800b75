package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stfbatch.evaluation.python.PythonValue;
import org.stfbatch.prompt.PythonText;

/**
 * TextVQA, validation, with OCR tokens in the prompt: soft accuracy over ten human answers. The id
 * of a question is that of its image, so the question is found by its text in the recorded prompt.
 */
final class TextVqa extends LineBenchmark {
  private static final Published PUBLISHED = new Published(57.4, 5000);
  private static final double PERCENT = 100;
  private static final Pattern OLD_PROMPT =
      Pattern.compile("Question: (.*?) Short answer:", Pattern.DOTALL);
  private static final DataFile ANNOTATIONS =
      DataFile.from(
          "https://dl.fbaipublicfiles.com/textvqa/data/TextVQA_0.5.1_val.json",
          "TextVQA_0.5.1_val.json");
  private static final DataSet DATA =
      new DataSet(
          "textvqa",
          "TextVQA",
          Optional.of(PUBLISHED),
          List.of("textvqa"),
          DataFile.fromEvalZip("llava_textvqa_val_v051_ocr.jsonl"),
          Optional.of(
              DataFile.from(
                  "https://dl.fbaipublicfiles.com/textvqa/images/train_val_images.zip",
                  "train_images")),
          List.of(ANNOTATIONS));

  TextVqa() {
    super(DATA, QuestionLines.SHORT_ANSWER);
  }

  @Override
  public Score score(DataFolder data, Path answersFile, Variant variant) {
    RawAnswers answers = RawAnswers.read(answersFile).check(this, data, variant).requireAny();
    FoundFile annotations = data.find(ANNOTATIONS);
    Map<Key, JsonNode> byQuestion = annotations(annotations);
    double sum = 0;
    for (RawAnswer answer : answers.list()) {
      Key key = new Key(answer.id(), question(answer));
      JsonNode annotation = byQuestion.get(key);
      if (annotation == null) {
        throw answer.bad(
            "is not about an annotated question: image %s, \"%s\""
                .formatted(key.image(), key.question()));
      }
      sum += SoftAccuracy.of(answer.text(), people(annotations, annotation, key));
    }
    return Score.of("accuracy", PERCENT * (sum / answers.list().size()))
        .with("samples", answers.list().size());
  }

  private record Key(QuestionId image, String question) {}

  private static Map<Key, JsonNode> annotations(FoundFile file) {
    JsonNode list = file.json().path("data");
    if (!list.isArray()) {
      throw file.damaged("it has no list \"data\"");
    }
    Map<Key, JsonNode> byQuestion = new HashMap<>();
    for (int i = 0; i < list.size(); i++) {
      String where = "item " + (i + 1);
      JsonNode annotation = list.get(i);
      byQuestion.put(
          new Key(
              file.key(annotation, "image_id", where),
              PythonText.lower(file.text(annotation, "question", where))),
          annotation);
    }
    return byQuestion;
  }

  private static List<String> people(FoundFile file, JsonNode annotation, Key key) {
    List<String> answers = new ArrayList<>();
    for (JsonNode answer : annotation.path("answers")) {
      if (!answer.isTextual()) {
        throw file.damaged(
            "the question \"%s\" about image %s has %s among the human answers"
                .formatted(key.question(), key.image(), PythonValue.kind(answer)));
      }
      answers.add(answer.textValue());
    }
    if (answers.size() != SoftAccuracy.PEOPLE) {
      throw file.damaged(
          "the question \"%s\" about image %s has %d human answers instead of %d"
              .formatted(key.question(), key.image(), answers.size(), SoftAccuracy.PEOPLE));
    }
    return answers;
  }

  private static String question(RawAnswer answer) {
    return PythonText.lower(
        question(answer.prompt())
            .orElseThrow(
                () ->
                    answer.bad(
                        "has a prompt in which the question cannot be separated from the rest: a line feed in the question or an OCR token?")));
  }

  /**
   * Returns the question in a recorded prompt; empty if the prompt does not have the expected
   * lines.
   */
  static Optional<String> question(String prompt) {
    String[] lines = prompt.split("\n", -1);
    if (prompt.startsWith("OCR tokens: ")) {
      Matcher old = OLD_PROMPT.matcher(prompt);
      return old.find() ? Optional.of(old.group(1)) : Optional.empty();
    } else if (prompt.contains("Reference OCR token: ") && lines.length == 3) {
      return Optional.of(prompt.startsWith("Reference OCR token:") ? lines[1] : lines[0]);
    }
    return lines.length == 2 ? Optional.of(lines[0]) : Optional.empty();
  }
}
