package org.stfbatch.cli.option;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.stfbatch.file.OutputException;
import org.stfbatch.storage.StorageAddress;
import picocli.CommandLine.TypeConversionException;

/**
 * An output file; {@code -} means standard output.
 *
 * @param address a file, or an object of a bucket where a command writes those
 * @param isStandardOutput whether it was given as {@code -}
 */
public record OutputFile(StorageAddress address, boolean isStandardOutput) {
  private static final String DASH = "-";
  private static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");

  /**
   * @throws TypeConversionException if the text is not a path
   */
  public static OutputFile parse(String text) {
    return text.equals(DASH)
        ? new OutputFile(new StorageAddress.LocalFile(STANDARD_OUTPUT), true)
        : new OutputFile(AddressOption.parse(text), false);
  }

  /**
   * Returns the path of a file.
   *
   * @throws OutputException if it is no file of this machine
   */
  public Path path() {
    if (address instanceof StorageAddress.LocalFile file) {
      return file.path();
    }
    throw new OutputException(
        "%s cannot be written here: give the name of a file".formatted(address.displayName()));
  }

  /** Returns the format that the file's extension names, in either case. */
  public <F extends Enum<F>> Optional<F> format(Set<F> formats) {
    String name = address.toString().toUpperCase(Locale.ROOT);
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
    return isStandardOutput ? "standard output" : address.displayName();
  }
}
