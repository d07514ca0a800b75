package org.stfbatch.demo;

import java.io.IOException;
import java.util.List;

/** Where a world's questions go. */
interface WorldFiles extends AutoCloseable {

  /** Takes the next scene, with the questions about it and all its captions. */
  void add(int number, PicturedScene pictured, List<Question> questions, List<Question> captions)
      throws IOException;

  /** Puts the files in their places and returns how many questions they ask. */
  int commit() throws IOException;

  @Override
  void close() throws IOException;
}
