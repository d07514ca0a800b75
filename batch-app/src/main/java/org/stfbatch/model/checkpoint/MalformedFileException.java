package org.stfbatch.model.checkpoint;

import java.io.IOException;

/** What is wrong with a weight file, without the file's name, which the caller adds. */
final class MalformedFileException extends IOException {

  MalformedFileException(String message) {
    super(message);
  }
}
