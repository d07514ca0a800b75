package org.stfbatch.cli.console;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import org.stfbatch.secret.Secrets;

/** A log's stack trace without secrets; named in the log's configuration. */
public final class SafeStackTrace extends ThrowableProxyConverter {
  @Override
  public String convert(ILoggingEvent event) {
    return Secrets.mask(super.convert(event));
  }
}
