package org.stfbatch.cli.option;

import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.job.ingest.ChoiceNotation;
import picocli.CommandLine.TypeConversionException;

/** Parser of the texts that answers are chosen from. */
public final class ChoiceOption {
  private ChoiceOption() {}

  /**
   * @throws TypeConversionException if the text holds no valid choices
   */
  public static ChoiceTexts parse(String text) {
    try {
      return ChoiceNotation.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
