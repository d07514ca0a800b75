package org.stfbatch.model.checkpoint;

import java.io.IOException;

/**
 * Thrown if a weight file is malformed; the message does not name the file, which the caller adds.
 */
final class MalformedFileException extends IOException {

  MalformedFileException(String message) {
    super(message);
  }
}
