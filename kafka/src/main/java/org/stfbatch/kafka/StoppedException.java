package org.stfbatch.kafka;

/** The caller was stopped while it waited for the broker. */
public final class StoppedException extends BrokerException {

  private static final long serialVersionUID = 1L;

  StoppedException(String what) {
    super("stopped while waiting for " + what);
  }
}
