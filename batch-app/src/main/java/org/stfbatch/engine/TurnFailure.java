package org.stfbatch.engine;

import org.slf4j.Logger;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.OutOfDeviceMemoryException;

/**
 * Cause of a failed turn of the device loop.
 *
 * @param message one line for the stored failure, with a cure if there is one
 * @param cause the exception
 * @param isForeseen whether this is an expected kind of device failure; anything else is a defect
 *     of this program, and its stack trace is logged
 */
record TurnFailure(String message, Throwable cause, boolean isForeseen) {
  static TurnFailure of(Throwable cause) {
    if (cause instanceof OutOfDeviceMemoryException) {
      return new TurnFailure(
          "not enough memory on the device (%s): use a smaller --batch or --kv-cache"
              .formatted(firstLine(cause)),
          cause,
          true);
    } else if (cause instanceof ModelException) {
      return new TurnFailure(firstLine(cause), cause, true);
    } else if (cause instanceof OutOfMemoryError) {
      return new TurnFailure(
          "not enough Java memory (%s): use a smaller --batch or give Java more (-Xmx)"
              .formatted(firstLine(cause)),
          cause,
          true);
    }
    return new TurnFailure("unexpected: " + cause, cause, false);
  }

  private static String firstLine(Throwable cause) {
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("no message");
  }

  /** Logs the failure and how it was handled. */
  void log(Logger log, String what) {
    if (isForeseen) {
      log.warn("{}: {}", what, message);
    } else {
      log.warn(what, cause);
    }
  }
}
