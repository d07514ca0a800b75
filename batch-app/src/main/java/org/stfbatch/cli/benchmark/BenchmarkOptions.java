package org.stfbatch.cli.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.stfbatch.evaluation.Benchmark;
import org.stfbatch.evaluation.Benchmarks;
import org.stfbatch.evaluation.DataFolder;
import org.stfbatch.evaluation.Variant;
import org.stfbatch.job.InputException;
import picocli.CommandLine.Option;

/** The data sets, and how answers are scored. */
final class BenchmarkOptions {
  private static final String ALL = "all";

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description =
          "The folder of all data sets, laid out as LLaVA's playground/data/eval, or of this benchmark's data set.")
  private Path data;

  @Option(
      names = "--strict",
      description =
          "Require an answer to every question, and count an answer as 0 where the original scripts would fail.")
  private boolean strict;

  Variant variant() {
    return strict ? Variant.STRICT : Variant.ORIGINAL;
  }

  DataFolder folder(Benchmark benchmark) {
    return DataFolder.of(benchmark, data);
  }

  /**
   * Returns the benchmark of a name, or all benchmarks whose data sets are complete.
   *
   * @param passedOver receives what is missing of the others
   */
  List<Benchmark> complete(String name, Consumer<String> passedOver) {
    if (!name.toLowerCase(Locale.ROOT).equals(ALL)) {
      Benchmark benchmark = Benchmarks.named(name);
      folder(benchmark).check();
      return List.of(benchmark);
    }
    List<Benchmark> complete = new ArrayList<>();
    for (Benchmark benchmark : Benchmarks.all()) {
      Optional<String> missing = folder(benchmark).missing();
      if (missing.isEmpty()) {
        complete.add(benchmark);
      } else if (folder(benchmark).isThere()) {
        passedOver.accept(missing.get());
      }
    }
    if (complete.isEmpty()) {
      throw new InputException(
          "there is no complete data set in %s: check --data; evaluate knows %s"
              .formatted(data, Benchmarks.names()));
    }
    return complete;
  }
}
