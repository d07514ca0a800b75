package org.stfbatch.job.ingest;

import java.io.IOException;
import java.io.Reader;

/**
 * Ends with an error when a row does not: a forgotten quotation mark makes the rest of a file one
 * cell, which may not fit the memory.
 */
final class RowReader extends Reader {
  private final Reader reader;
  private final long maxCharacters;
  private long characters;
  private boolean begun;

  RowReader(Reader reader, long maxCharacters) {
    this.reader = reader;
    this.maxCharacters = maxCharacters;
  }

  /** A row has ended. */
  void nextRow() {
    characters = 0;
  }

  @Override
  public int read(char[] buffer, int offset, int length) throws IOException {
    int read = reader.read(buffer, offset, length);
    characters += read;
    if (characters > maxCharacters) {
      throw new IOException(
          "a row is longer than "
              + maxCharacters
              + " characters, as if a quotation mark is missing");
    }
    boolean marked = !begun && read > 0 && buffer[offset] == '\uFEFF';
    begun |= read > 0;
    if (!marked) {
      return read;
    }
    System.arraycopy(buffer, offset + 1, buffer, offset, read - 1);
    return read == 1 ? read(buffer, offset, length) : read - 1;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
