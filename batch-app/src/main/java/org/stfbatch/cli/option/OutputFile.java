package org.stfbatch.cli.option;

import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.TypeConversionException;

/**
 * An output file; {@code -} means standard output.
 *
 * @param path the path
 * @param isStandardOutput whether it was given as {@code -}
 */
public record OutputFile(Path path, boolean isStandardOutput) {
  private static final String DASH = "-";
  private static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");

  /**
   * @throws TypeConversionException if the text is not a path
   */
  public static OutputFile parse(String text) {
    try {
      return text.equals(DASH)
          ? new OutputFile(STANDARD_OUTPUT, true)
          : new OutputFile(Path.of(text), false);
    } catch (InvalidPathException e) {
      throw new TypeConversionException("\"" + text + "\" is no file name: " + e.getReason());
    }
  }

  /** Returns the format that the file's extension names, in either case. */
  public <F extends Enum<F>> Optional<F> format(Set<F> formats) {
    String name = path.toString().toUpperCase(Locale.ROOT);
    return formats.stream().filter(format -> name.endsWith("." + format.name())).findFirst();
  }

  /**
   * Returns the stream for messages about the output: standard error if the output is standard
   * output.
   */
  public PrintStream messages() {
    return isStandardOutput ? System.err : System.out;
  }

  @Override
  public String toString() {
    return isStandardOutput ? "standard output" : path.toString();
  }
}
