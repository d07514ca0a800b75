package org.stfbatch.evaluation;

import java.util.function.Consumer;

/** Benchmark with LLaVA's question lines. */
abstract class LineBenchmark implements Benchmark {
  private final DataSet dataSet;
  private final int maxNewTokens;

  /**
   * @param maxNewTokens maximum length of an answer
   */
  LineBenchmark(DataSet dataSet, int maxNewTokens) {
    this.dataSet = dataSet;
    this.maxNewTokens = maxNewTokens;
  }

  @Override
  public final DataSet dataSet() {
    return dataSet;
  }

  @Override
  public final void questions(DataFolder data, Consumer<Question> consumer) {
    new QuestionLines(name(), maxNewTokens).read(data.find(dataSet.questionFile()), consumer);
  }
}
