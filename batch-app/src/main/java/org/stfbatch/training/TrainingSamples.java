package org.stfbatch.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.stfbatch.model.TrainingRow;
import org.stfbatch.prompt.ImagePrompt;

/** The samples that are trained on, in the order of the data. */
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
   * Tokenizes samples on all processors. Samples without a training target would contribute nothing
   * to a step and are left out; samples that cannot be trained on are refused.
   *
   * @throws TrainingDataException if no sample remains
   */
  static TrainingSamples of(List<Sample> samples, SampleTokenizer tokenizer, RowLayout layout) {
    List<Attempt> attempts =
        samples.parallelStream().map(sample -> Attempt.of(sample, tokenizer)).toList();
    TrainingSamples usable = new TrainingSamples(layout);
    attempts.forEach(usable::add);
    if (usable.samples.isEmpty()) {
      throw new TrainingDataException(
          "none of the %d samples has an answer that can be trained on: check the turns of gpt and the maximum training length (tokenizer_model_max_length)%s"
              .formatted(
                  samples.size(),
                  usable.refused.stream().findFirst().map(first -> "; " + first).orElse("")));
    }
    return usable;
  }

  /**
   * A sample and the result of tokenizing it.
   *
   * @param tokens empty if it is refused
   * @param refusal the reason, with the name of the sample; empty if it is not refused
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
          "%s has %s in %d of its turns and would be trained on with the pictures of other samples: mark its picture in one turn"
              .formatted(sample.name(), ImagePrompt.MARKER, row.pictures()));
    } else if (row.teaches()) {
      samples.add(new TrainingSample(tokens, picture(sample, row), row.length()));
    } else {
      leftOut++;
    }
  }

  /** An image without a marker in a turn is not used, as in LLaVA's model. */
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
   * An image that the samples need.
   *
   * @param reference as written in the data
   * @param sample the first sample about it
   */
  record Picture(String reference, Sample sample) {}

  int size() {
    return samples.size();
  }

  /** Returns the properties of all samples that the step plan needs. */
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

  /** Returns the images of all samples, each once, in the order of their indices. */
  List<Picture> pictures() {
    return pictures;
  }

  /** Returns the number of samples without a training target. */
  int leftOut() {
    return leftOut;
  }

  /**
   * Returns why samples cannot be trained on: one sentence for each, with the sample and the cure.
   */
  List<String> refused() {
    return refused;
  }
}
