package org.stfbatch.kafka.message;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.stfbatch.base.PenaltyRange;
import org.stfbatch.base.PenaltySettings;

/** The fields of a job's penalties against repetition. */
final class PenaltyFields {
  private static final String REPETITION = "repetition_penalty";
  private static final String NGRAM_SIZE = "no_repeat_ngram_size";
  private static final String PRESENCE = "presence_penalty";
  private static final String FREQUENCY = "frequency_penalty";

  private static final FieldType<Double> FACTOR =
      number(PenaltyRange.REPETITION, PenaltyRange.LEAST_REPETITION, PenaltyRange.MOST_REPETITION);
  private static final FieldType<Double> SUBTRACTED =
      number(PenaltyRange.SUBTRACTED, -PenaltyRange.MOST_SUBTRACTED, PenaltyRange.MOST_SUBTRACTED);
  private static final FieldType<Integer> SIZE = FieldType.intFrom(0);

  private PenaltyFields() {}

  private static FieldType<Double> number(String range, double least, double most) {
    BigDecimal from = BigDecimal.valueOf(least);
    BigDecimal to = BigDecimal.valueOf(most);
    return FieldType.number(
        "a number from " + range, value -> value.compareTo(from) >= 0 && value.compareTo(to) <= 0);
  }

  static PenaltySettings of(Fields fields) throws MessageException {
    return new PenaltySettings(
        real(fields, REPETITION, FACTOR),
        fields.optional(NGRAM_SIZE, SIZE).map(OptionalInt::of).orElse(OptionalInt.empty()),
        real(fields, PRESENCE, SUBTRACTED),
        real(fields, FREQUENCY, SUBTRACTED));
  }

  private static OptionalDouble real(Fields fields, String name, FieldType<Double> type)
      throws MessageException {
    return fields.optional(name, type).map(OptionalDouble::of).orElse(OptionalDouble.empty());
  }

  static void write(JsonGenerator json, PenaltySettings penalties) throws IOException {
    write(json, REPETITION, penalties.repetition());
    if (penalties.noRepeatNgramSize().isPresent()) {
      json.writeNumberField(NGRAM_SIZE, penalties.noRepeatNgramSize().getAsInt());
    }
    write(json, PRESENCE, penalties.presence());
    write(json, FREQUENCY, penalties.frequency());
  }

  private static void write(JsonGenerator json, String name, OptionalDouble value)
      throws IOException {
    if (value.isPresent()) {
      json.writeNumberField(name, value.getAsDouble());
    }
  }
}
