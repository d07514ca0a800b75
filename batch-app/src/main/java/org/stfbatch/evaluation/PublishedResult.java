package org.stfbatch.evaluation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Published result of a method that compresses the vision tokens of LLaVA-1.5-7B, perhaps with a
 * checkpoint trained for it.
 *
 * @param source the paper with the table
 * @param method name in the paper
 * @param visionTokens per image, if the paper gives them
 * @param teraFlops of the vision tokens of an image, if the paper gives them
 * @param benchmark name of the benchmark
 * @param score in the unit of {@link Score#headline}
 */
public record PublishedResult(
    String source,
    String method,
    OptionalInt visionTokens,
    OptionalDouble teraFlops,
    String benchmark,
    double score) {
  private static final String TABLE = "published-compression.tsv";
  private static final String UNKNOWN = "-";

  /** Returns the results for a benchmark, in the order of the papers. */
  public static List<PublishedResult> of(String benchmark) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(PublishedResult.class.getResourceAsStream(TABLE)),
                StandardCharsets.UTF_8))) {
      return reader
          .lines()
          .filter(line -> !line.startsWith("#"))
          .skip(1)
          .map(PublishedResult::read)
          .filter(result -> result.benchmark().equals(benchmark))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PublishedResult read(String line) {
    String[] cells = line.split("\t");
    return new PublishedResult(
        cells[0],
        cells[1],
        known(cells[2]) ? OptionalInt.of(Integer.parseInt(cells[2])) : OptionalInt.empty(),
        known(cells[3]) ? OptionalDouble.of(Double.parseDouble(cells[3])) : OptionalDouble.empty(),
        cells[4],
        Double.parseDouble(cells[5]));
  }

  private static boolean known(String cell) {
    return !cell.equals(UNKNOWN);
  }
}
