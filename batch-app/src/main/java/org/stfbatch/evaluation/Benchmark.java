package org.stfbatch.evaluation;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Benchmark of the paper: reads the questions of a data set and scores the answers. Implementations
 * are stateless and thread safe.
 */
public interface Benchmark {
  /** Returns the names and files of the data set. */
  DataSet dataSet();

  /**
   * Passes the questions to the consumer, in the order of their file.
   *
   * @throws BenchmarkException if a file is missing or damaged
   */
  void questions(DataFolder data, Consumer<Question> consumer);

  /**
   * Scores raw answers, or writes the files for an evaluation server or judge.
   *
   * @param answers a file of raw answers, written by this program or by the original
   * @throws BenchmarkException if a file is missing or damaged, or the original's script would end
   *     with an error
   */
  Score score(DataFolder data, Path answers, Variant variant);

  /** Returns the name that commands use. */
  default String name() {
    return dataSet().name();
  }
}
