package org.stfbatch.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.stfbatch.model.TrainingRow;

/** All that is to be learned, in the data's order. */
final class Lessons {
  private final RowLayout layout;
  private final List<Lesson> lessons = new ArrayList<>();
  private final Map<String, Integer> numbers = new LinkedHashMap<>();
  private final List<Picture> pictures = new ArrayList<>();
  private int leftOut;

  private Lessons(RowLayout layout) {
    this.layout = layout;
  }

  /**
   * Tokenises samples, on all processors. Those without a label, which would add nothing to a step,
   * are left out.
   *
   * @throws TrainingDataException naming a sample that cannot be used, or if nothing is left
   */
  static Lessons of(List<Sample> samples, SampleTokenizer tokenizer, RowLayout layout) {
    List<TokenizedSample> tokenized = samples.parallelStream().map(tokenizer::tokenize).toList();
    Lessons lessons = new Lessons(layout);
    for (Sample sample : samples) {
      lessons.add(sample, tokenized.get(sample.index()));
    }
    if (lessons.lessons.isEmpty()) {
      throw new TrainingDataException(
          "none of the %d samples has an answer that can be learned: check the turns of gpt and the longest length that the model is trained at (tokenizer_model_max_length)"
              .formatted(samples.size()));
    }
    return lessons;
  }

  private void add(Sample sample, TokenizedSample tokens) {
    TrainingRow row = layout.row(tokens);
    if (!row.teaches()) {
      leftOut++;
      return;
    }
    OptionalInt picture =
        row.pictures() == 0
            ? OptionalInt.empty()
            : OptionalInt.of(
                numbers.computeIfAbsent(sample.image().orElseThrow(), image -> number(sample)));
    lessons.add(new Lesson(tokens, picture, row.length()));
  }

  private int number(Sample sample) {
    pictures.add(new Picture(sample.image().orElseThrow(), sample));
    return pictures.size() - 1;
  }

  /**
   * A picture that is needed.
   *
   * @param reference as the data writes it
   * @param sample the first that is about it
   */
  record Picture(String reference, Sample sample) {}

  int size() {
    return lessons.size();
  }

  /** All of them, for a plan. */
  List<StepPlan.Planned> planned() {
    return lessons.stream()
        .map(lesson -> new StepPlan.Planned(lesson.picture().isPresent(), lesson.length()))
        .toList();
  }

  Lesson get(int lesson) {
    return lessons.get(lesson);
  }

  TrainingRow row(int lesson) {
    return lessons.get(lesson).row(layout);
  }

  /** The pictures of all lessons, each once, by number. */
  List<Picture> pictures() {
    return pictures;
  }

  /** How many samples had nothing to learn from. */
  int leftOut() {
    return leftOut;
  }
}
