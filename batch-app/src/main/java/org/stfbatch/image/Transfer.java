package org.stfbatch.image;

import java.util.concurrent.CancellationException;
import org.apache.hc.core5.concurrent.Cancellable;

/** One download that can be ended from outside, for being too slow or because all ends. */
final class Transfer {
  private Cancellable request;
  private boolean expired;
  private boolean cancelled;

  /**
   * The request that is made now.
   *
   * @throws CancellationException if the transfer has been ended already
   */
  synchronized void begin(Cancellable next) {
    if (expired || cancelled) {
      throw new CancellationException("the download was ended");
    }
    request = next;
  }

  /** Its time is over. */
  synchronized void expire() {
    expired = true;
    stop();
  }

  /** Nobody wants it any more. */
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
