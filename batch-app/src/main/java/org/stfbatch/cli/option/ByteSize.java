package org.stfbatch.cli.option;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * A number of bytes as users write it: {@code 512MiB}, {@code 8GiB}, {@code 1000000}.
 *
 * @param bytes the number
 */
public record ByteSize(long bytes) {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*(|B|KiB|MiB|GiB|TiB)");
  private static final String UNITS = "KMGT";

  /**
   * @throws TypeConversionException if the text is not a size
   */
  public static ByteSize parse(String text) {
    Matcher size = SIZE.matcher(text.strip());
    if (!size.matches()) {
      throw new TypeConversionException("\"" + text + "\" is no size such as 8GiB or 512MiB");
    }
    String unit = size.group(2);
    int power = unit.length() < 2 ? 0 : UNITS.indexOf(unit.charAt(0)) + 1;
    long bytes = Math.multiplyExact(Long.parseLong(size.group(1)), 1L << (10 * power));
    return new ByteSize(bytes);
  }
}
