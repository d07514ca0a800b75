package org.stfbatch.cli.option;

import org.stfbatch.engine.RepetitionDetection;
import picocli.CommandLine.TypeConversionException;

/** Parser of the limits of repetition detection. */
public final class RepetitionDetectionOption {
  private RepetitionDetectionOption() {}

  /**
   * @throws TypeConversionException if the text is no valid notation
   */
  public static RepetitionDetection parse(String text) {
    try {
      return RepetitionDetection.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
