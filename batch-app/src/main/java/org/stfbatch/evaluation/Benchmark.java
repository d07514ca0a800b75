package org.stfbatch.evaluation;

import java.nio.file.Path;
import java.util.function.Consumer;

/** One of the paper's benchmarks. Implementations hold no state and are thread safe. */
public interface Benchmark {
  /** Its names and files. */
  DataSet dataSet();

  /**
   * Gives the questions in the order of their file, one after the other.
   *
   * @throws BenchmarkException if a file is missing or damaged
   */
  void questions(DataFolder data, Consumer<Question> consumer);

  /**
   * What the answers are worth, or what a server or judge wants to be sent.
   *
   * @param answers a file of raw answers, of this program or of the original's
   * @throws BenchmarkException if a file is missing or damaged, or the original's script would end
   *     with an error
   */
  Score score(DataFolder data, Path answers, Variant variant);

  /** What commands call it. */
  default String name() {
    return dataSet().name();
  }
}
