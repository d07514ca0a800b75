package org.stfbatch.cli.console;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import org.stfbatch.secret.Secrets;

/**
 * Logback layout that follows the process's {@link Log} and masks secrets; see {@link
 * LogConfiguration}.
 */
public final class LogLines extends LayoutBase<ILoggingEvent> {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ISO_OFFSET_DATE_TIME;

  private final ThrowableProxyConverter traces = new ThrowableProxyConverter();
  private final JsonFactory json = new JsonFactory();

  @Override
  public void start() {
    traces.start();
    super.start();
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    Optional<Log> log = Log.of(getContext());
    Optional<LogFormat> format = log.flatMap(Log::format);
    if (format.isEmpty()) {
      return Secrets.mask(sentence(event) + trace(event));
    }
    return Secrets.mask(
        format.get() == LogFormat.JSON
            ? object(event, log.get())
            : line(event, log.get()) + trace(event));
  }

  private static String sentence(ILoggingEvent event) {
    String warning = event.getLevel() == Level.WARN ? "warning: " : "";
    return "stf-batch: " + warning + event.getFormattedMessage() + System.lineSeparator();
  }

  private static String line(ILoggingEvent event, Log log) {
    StringBuilder line = new StringBuilder(time(event));
    line.append(String.format(" %-5s ", event.getLevel()));
    log.run().ifPresent(run -> line.append("run=").append(run).append(' '));
    line.append("worker=").append(log.worker()).append(' ');
    return line.append(event.getFormattedMessage()).append(System.lineSeparator()).toString();
  }

  /** Formats the time to the second, with the offset from UTC. */
  private static String time(ILoggingEvent event) {
    return Instant.ofEpochMilli(event.getTimeStamp())
        .truncatedTo(ChronoUnit.SECONDS)
        .atZone(ZoneId.systemDefault())
        .format(TIME);
  }

  private String object(ILoggingEvent event, Log log) {
    StringWriter text = new StringWriter();
    try (JsonGenerator object = json.createGenerator(text)) {
      object.writeStartObject();
      object.writeStringField("time", time(event));
      object.writeStringField("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
      if (log.run().isPresent()) {
        object.writeStringField("run", log.run().get());
      }
      object.writeStringField("worker", log.worker());
      object.writeStringField("message", event.getFormattedMessage());
      String trace = trace(event);
      if (!trace.isEmpty()) {
        object.writeStringField("exception", trace);
      }
      object.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text + System.lineSeparator();
  }

  private String trace(ILoggingEvent event) {
    return event.getThrowableProxy() == null ? "" : traces.convert(event);
  }
}
