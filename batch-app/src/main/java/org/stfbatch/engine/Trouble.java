package org.stfbatch.engine;

import org.slf4j.Logger;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.OutOfDeviceMemoryException;

/**
 * Why a turn of the device loop failed.
 *
 * @param message one line for the stored failure, with a cure if there is one
 * @param cause what was thrown
 * @param isForeseen whether devices fail so; anything else is a fault of this program, whose stack
 *     trace is logged
 */
record Trouble(String message, Throwable cause, boolean isForeseen) {
  static Trouble of(Throwable cause) {
    if (cause instanceof OutOfDeviceMemoryException) {
      return new Trouble(
          "not enough memory on the device (%s): use a smaller --batch or --kv-cache"
              .formatted(firstLine(cause)),
          cause,
          true);
    } else if (cause instanceof ModelException) {
      return new Trouble(firstLine(cause), cause, true);
    } else if (cause instanceof OutOfMemoryError) {
      return new Trouble(
          "not enough Java memory (%s): use a smaller --batch or give Java more (-Xmx)"
              .formatted(firstLine(cause)),
          cause,
          true);
    }
    return new Trouble("unexpected: " + cause, cause, false);
  }

  private static String firstLine(Throwable cause) {
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("no message");
  }

  /** Logs what was done about it. */
  void log(Logger log, String what) {
    if (isForeseen) {
      log.warn("{}: {}", what, message);
    } else {
      log.warn(what, cause);
    }
  }
}
