package org.stfbatch.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.stfbatch.model.TrainingRow;
import org.stfbatch.prompt.ImagePrompt;

/** All that is to be learned, in the data's order. */
final class TrainingSamples {
  private final RowLayout layout;
  private final List<TrainingSample> samples = new ArrayList<>();
  private final Map<String, Integer> numbers = new LinkedHashMap<>();
  private final List<Picture> pictures = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();
  private int leftOut;

  private TrainingSamples(RowLayout layout) {
    this.layout = layout;
  }

  /**
   * Tokenises samples, on all processors. Those without a label, which would add nothing to a step,
   * are left out, and those that cannot be learned are refused.
   *
   * @throws TrainingDataException if nothing is left
   */
  static TrainingSamples of(List<Sample> samples, SampleTokenizer tokenizer, RowLayout layout) {
    List<Attempt> attempts =
        samples.parallelStream().map(sample -> Attempt.of(sample, tokenizer)).toList();
    TrainingSamples usable = new TrainingSamples(layout);
    attempts.forEach(usable::add);
    if (usable.samples.isEmpty()) {
      throw new TrainingDataException(
          "none of the %d samples has an answer that can be learned: check the turns of gpt and the longest length that the model is trained at (tokenizer_model_max_length)%s"
              .formatted(
                  samples.size(),
                  usable.refused.stream().findFirst().map(first -> "; " + first).orElse("")));
    }
    return usable;
  }

  /**
   * A sample and what became of it.
   *
   * @param tokens empty if it is refused
   * @param refusal why, naming the sample; empty if it is not
   */
  private record Attempt(Sample sample, Optional<TokenizedSample> tokens, String refusal) {
    static Attempt of(Sample sample, SampleTokenizer tokenizer) {
      try {
        return new Attempt(sample, Optional.of(tokenizer.tokenize(sample)), "");
      } catch (TrainingDataException e) {
        return new Attempt(sample, Optional.empty(), e.getMessage());
      }
    }
  }

  private void add(Attempt attempt) {
    attempt
        .tokens()
        .ifPresentOrElse(
            tokens -> add(attempt.sample(), tokens), () -> refused.add(attempt.refusal()));
  }

  private void add(Sample sample, TokenizedSample tokens) {
    TrainingRow row = layout.row(tokens);
    if (row.pictures() > 1) {
      refused.add(
          "%s has %s in %d of its turns and would be learned with the pictures of other samples: mark its picture in one turn"
              .formatted(sample.name(), ImagePrompt.MARKER, row.pictures()));
    } else if (row.teaches()) {
      samples.add(new TrainingSample(tokens, picture(sample, row), row.length()));
    } else {
      leftOut++;
    }
  }

  /** A picture that no turn marks is not looked at, as in LLaVA's model. */
  private OptionalInt picture(Sample sample, TrainingRow row) {
    return row.pictures() == 0
        ? OptionalInt.empty()
        : OptionalInt.of(
            numbers.computeIfAbsent(sample.image().orElseThrow(), image -> number(sample)));
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
    return samples.size();
  }

  /** All of them, for a plan. */
  List<StepPlan.Planned> planned() {
    return samples.stream()
        .map(sample -> new StepPlan.Planned(sample.picture().isPresent(), sample.length()))
        .toList();
  }

  TrainingSample get(int sample) {
    return samples.get(sample);
  }

  TrainingRow row(int sample) {
    return samples.get(sample).row(layout);
  }

  /** The pictures of all samples, each once, by number. */
  List<Picture> pictures() {
    return pictures;
  }

  /** How many samples had nothing to learn from. */
  int leftOut() {
    return leftOut;
  }

  /** Why samples cannot be learned, a sentence each that names the sample and the cure. */
  List<String> refused() {
    return refused;
  }
}
