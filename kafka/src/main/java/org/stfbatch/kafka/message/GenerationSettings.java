package org.stfbatch.kafka.message;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.stfbatch.base.PenaltySettings;
import org.stfbatch.base.SamplingRange;

/**
 * Generation settings of one job. For an empty setting, the default of the inference command
 * applies.
 *
 * @param maxNewTokens at least 1
 * @param temperature {@value SamplingRange#TEMPERATURE}; 0 is greedy decoding
 * @param topP {@value SamplingRange#TOP_P}
 * @param seed of sampling
 * @param stop strings that end the answer; an empty list means none
 * @param choices the answer is the most probable one of these texts, which are all different
 * @param penalties against repetition
 */
public record GenerationSettings(
    OptionalInt maxNewTokens,
    OptionalDouble temperature,
    OptionalDouble topP,
    OptionalLong seed,
    Optional<List<String>> stop,
    Optional<List<String>> choices,
    PenaltySettings penalties) {

  /** All settings empty. */
  public static final GenerationSettings DEFAULTS =
      new GenerationSettings(
          OptionalInt.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalLong.empty(),
          Optional.empty(),
          Optional.empty(),
          PenaltySettings.DEFAULTS);

  private static final FieldType<Integer> MAX_NEW_TOKENS = FieldType.intFrom(1);
  private static final FieldType<Double> TEMPERATURE =
      FieldType.number(
          "a number: " + SamplingRange.TEMPERATURE,
          value ->
              value.signum() == 0
                  || isWithin(
                      value, SamplingRange.LEAST_TEMPERATURE, SamplingRange.MOST_TEMPERATURE));
  private static final FieldType<Double> TOP_P =
      FieldType.number(
          "a number from " + SamplingRange.TOP_P,
          value -> isWithin(value, SamplingRange.LEAST_TOP_P, 1));
  private static final FieldType<Long> SEED = FieldType.integer(Long.MIN_VALUE, Long.MAX_VALUE);

  public GenerationSettings {
    stop = stop.map(List::copyOf);
    choices = choices.map(List::copyOf);
  }

  private static boolean isWithin(BigDecimal value, double least, double most) {
    return value.compareTo(BigDecimal.valueOf(least)) >= 0
        && value.compareTo(BigDecimal.valueOf(most)) <= 0;
  }

  static GenerationSettings of(Fields fields) throws MessageException {
    return new GenerationSettings(
        fields
            .optional("max_new_tokens", MAX_NEW_TOKENS)
            .map(OptionalInt::of)
            .orElse(OptionalInt.empty()),
        fields
            .optional("temperature", TEMPERATURE)
            .map(OptionalDouble::of)
            .orElse(OptionalDouble.empty()),
        fields.optional("top_p", TOP_P).map(OptionalDouble::of).orElse(OptionalDouble.empty()),
        fields.optional("seed", SEED).map(OptionalLong::of).orElse(OptionalLong.empty()),
        fields.optional("stop", FieldType.STOP),
        fields.optional("choices", FieldType.CHOICES),
        PenaltyFields.of(fields));
  }

  void writeTo(JsonGenerator json) throws IOException {
    if (maxNewTokens.isPresent()) {
      json.writeNumberField("max_new_tokens", maxNewTokens.getAsInt());
    }
    if (temperature.isPresent()) {
      json.writeNumberField("temperature", temperature.getAsDouble());
    }
    if (topP.isPresent()) {
      json.writeNumberField("top_p", topP.getAsDouble());
    }
    if (seed.isPresent()) {
      json.writeNumberField("seed", seed.getAsLong());
    }
    if (stop.isPresent()) {
      writeTexts(json, "stop", stop.get());
    }
    if (choices.isPresent()) {
      writeTexts(json, "choices", choices.get());
    }
    PenaltyFields.write(json, penalties);
  }

  private static void writeTexts(JsonGenerator json, String name, List<String> texts)
      throws IOException {
    json.writeFieldName(name);
    json.writeArray(texts.toArray(String[]::new), 0, texts.size());
  }
}
