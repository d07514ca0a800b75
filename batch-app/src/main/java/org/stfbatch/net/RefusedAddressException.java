package org.stfbatch.net;

import java.net.UnknownHostException;

/** The address rules refuse a host. The message names the address and the cure. */
public final class RefusedAddressException extends UnknownHostException {
  private static final long serialVersionUID = 1L;

  RefusedAddressException(String message) {
    super(message);
  }
}
