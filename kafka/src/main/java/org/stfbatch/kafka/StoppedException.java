package org.stfbatch.kafka;

/** What was waited for did not come before the waiting was stopped. */
public final class StoppedException extends BrokerException {

  private static final long serialVersionUID = 1L;

  StoppedException(String what) {
    super("stopped while waiting for " + what);
  }
}
