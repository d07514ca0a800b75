package org.stfbatch.job.ingest;

import java.io.IOException;
import java.io.Reader;

/**
 * Reader that fails when a row exceeds a limit: after a missing quotation mark the rest of the file
 * is one cell, which may not fit the memory. It also removes a byte order mark.
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

  /** Starts a new row. */
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
