package org.stfbatch.image;

import java.util.concurrent.CancellationException;
import org.apache.hc.core5.concurrent.Cancellable;

/** Cancellation handle of one download, for timeouts and shutdown. */
final class Transfer {
  private Cancellable request;
  private boolean expired;
  private boolean cancelled;

  /**
   * Sets the current request.
   *
   * @throws CancellationException if the transfer is cancelled already
   */
  synchronized void begin(Cancellable next) {
    if (expired || cancelled) {
      throw new CancellationException("the download was ended");
    }
    request = next;
  }

  /** Cancels the download because its time limit has passed. */
  synchronized void expire() {
    expired = true;
    stop();
  }

  /** Cancels the download because its result is no longer needed. */
  synchronized void cancel() {
    cancelled = true;
    stop();
  }

  private void stop() {
    if (request != null) {
      request.cancel();
    }
  }

  synchronized boolean isExpired() {
    return expired;
  }

  synchronized boolean isCancelled() {
    return cancelled;
  }
}
