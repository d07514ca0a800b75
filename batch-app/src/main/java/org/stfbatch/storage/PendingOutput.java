package org.stfbatch.storage;

import java.io.IOException;
import java.io.OutputStream;

/**
 * An output that appears under its name only when it is complete; until then an older one of that
 * name stays unchanged. Used by one thread.
 */
public interface PendingOutput extends AutoCloseable {
  /** Returns the stream for the content; its errors name the place. */
  OutputStream stream();

  /**
   * Completes the output, which then has its name.
   *
   * @throws IOException naming the place, if it cannot be completed; an older output stays
   */
  void commit() throws IOException;

  /** Removes what was not committed. */
  @Override
  void close() throws IOException;
}
