package org.stfbatch.demo;

import java.io.IOException;
import java.util.List;

/** Writer of the questions of a world. */
interface WorldFiles extends AutoCloseable {

  /** Adds the next scene, the questions about it and all its captions. */
  void add(int number, PicturedScene pictured, List<Question> questions, List<Question> captions)
      throws IOException;

  /** Moves the files to their final names and returns the number of questions. */
  int commit() throws IOException;

  @Override
  void close() throws IOException;
}
