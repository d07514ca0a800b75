package org.stfbatch.cli.option;

import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.job.ingest.ChoiceNotation;
import picocli.CommandLine.TypeConversionException;

/** Reads the texts that answers are chosen from. */
public final class ChoiceOption {
  private ChoiceOption() {}

  /**
   * @throws TypeConversionException if these are no choices
   */
  public static ChoiceTexts parse(String text) {
    try {
      return ChoiceNotation.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
