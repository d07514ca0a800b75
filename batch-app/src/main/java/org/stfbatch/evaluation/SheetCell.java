package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dhatim.fastexcel.Worksheet;
import org.stfbatch.evaluation.python.PythonValue;

/**
 * Cell of a spreadsheet, as written by pandas and openpyxl. Unlike in openpyxl, a text that looks
 * like a formula or an error stays a text.
 */
sealed interface SheetCell {

  /** Writes the cell; rows and columns count from 0. */
  void write(Worksheet sheet, int row, int column);

  /** An empty cell. */
  record Empty() implements SheetCell {
    @Override
    public void write(Worksheet sheet, int row, int column) {
      // An empty cell has no entry in the file.
    }
  }

  /** A text that a cell can hold, not empty. */
  record Text(String text) implements SheetCell {
    @Override
    public void write(Worksheet sheet, int row, int column) {
      sheet.value(row, column, text);
    }
  }

  /** A finite number, to the 16 digits that openpyxl writes. */
  record Number(double number) implements SheetCell {
    private static final MathContext DIGITS = new MathContext(16, RoundingMode.HALF_EVEN);

    @Override
    public void write(Worksheet sheet, int row, int column) {
      double rounded = new BigDecimal(number).round(DIGITS).doubleValue();
      if (rounded == Math.rint(rounded) && Math.abs(rounded) < Long.MAX_VALUE) {
        sheet.value(row, column, (long) rounded);
      } else {
        sheet.value(row, column, rounded);
      }
    }
  }

  /** True or false. */
  record Truth(boolean truth) implements SheetCell {
    @Override
    public void write(Worksheet sheet, int row, int column) {
      sheet.value(row, column, truth);
    }
  }

  /** Maximum length of a cell's text, in characters. */
  int LONGEST = 32_767;

  /**
   * Characters that XML cannot hold: control characters, unpaired surrogates and two noncharacters.
   */
  Pattern NO_CELL = Pattern.compile("[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\uFFFE\\uFFFF\\p{Cs}]");

  /**
   * Returns a text, cut to the maximum length of a cell.
   *
   * @return empty if the text has a character that no cell can hold
   */
  static Optional<SheetCell> text(String text) {
    String cut = cut(text);
    return NO_CELL.matcher(cut).find() ? Optional.empty() : Optional.of(ofText(cut));
  }

  /** Returns a text, cut to the maximum length, without the characters that no cell can hold. */
  static SheetCell repairedText(String text) {
    return ofText(cut(NO_CELL.matcher(text).replaceAll("")));
  }

  private static SheetCell ofText(String text) {
    return text.isEmpty() ? new Empty() : new Text(text);
  }

  private static String cut(String text) {
    return text.codePointCount(0, text.length()) <= LONGEST
        ? text
        : text.substring(0, text.offsetByCodePoints(0, LONGEST));
  }

  /**
   * Returns the cell of a value that is neither text nor list; an object becomes an empty cell.
   *
   * @return empty if it is a number that is too large for a cell
   */
  static Optional<SheetCell> value(JsonNode value) {
    if (value.isBoolean()) {
      return Optional.of(new Truth(value.booleanValue()));
    } else if (!value.isNumber() || Double.isNaN(value.doubleValue())) {
      return Optional.of(new Empty());
    }
    double number = value.doubleValue();
    if (Double.isFinite(number)) {
      return Optional.of(new Number(number));
    }
    return value.isIntegralNumber()
        ? Optional.empty()
        : Optional.of(new Text(PythonValue.str(value)));
  }
}
