package org.stfbatch.evaluation;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** All benchmarks, in the order of the paper's table, followed by those that are not in it. */
public final class Benchmarks {
  private static final Map<String, String> OTHER_NAMES =
      Map.of(
          "sqa", "scienceqa",
          "mmb", "mmbench",
          "mmbcn", "mmbenchcn",
          "seed", "seedbench",
          "llavabenchinthewild", "llavabench");

  private Benchmarks() {}

  /** Returns all benchmarks. */
  public static List<Benchmark> all() {
    return List.of(
        new VqaV2(),
        new Gqa(),
        new VizWiz(),
        new ScienceQa(),
        new TextVqa(),
        new Pope(),
        new Mme(),
        MmBench.english(),
        MmBench.chinese(),
        new SeedBench(),
        new MmVet(),
        new LlavaBench());
  }

  /**
   * Returns the benchmark with this name; case, hyphens and underscores are ignored.
   *
   * @throws BenchmarkException if there is none
   */
  public static Benchmark named(String name) {
    String plain = plain(name);
    String wanted = OTHER_NAMES.getOrDefault(plain, plain);
    return all().stream()
        .filter(benchmark -> plain(benchmark.name()).equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new BenchmarkException(
                    "there is no benchmark \"%s\"; there are %s".formatted(name, names())));
  }

  /** Returns the names of all benchmarks, for messages. */
  public static String names() {
    return all().stream().map(Benchmark::name).collect(Collectors.joining(", "));
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }
}
