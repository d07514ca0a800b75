package org.stfbatch.cli.console;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import org.stfbatch.base.LocalHost;

/**
 * Log configuration of the process: short sentences on a terminal, lines with time, level, run and
 * worker elsewhere. Thread safe.
 */
public final class Log {
  private static final String PROGRAM = "org.stfbatch";
  static final String SUMMARY = "org.stfbatch.summary";
  static final String NOTICES = "org.stfbatch.notice";

  private volatile LogFormat wanted;
  private volatile LogFormat format;
  private volatile String run;
  private volatile boolean verbose;
  private final String worker = LocalHost.andProcess();

  /** Installs itself as the log configuration of the process. */
  public Log() {
    LoggerContext context = context();
    context.putObject(Log.class.getName(), this);
    setLevels();
  }

  /** Returns the process's log configuration, if it is installed. */
  static Optional<Log> of(ch.qos.logback.core.Context context) {
    return Optional.ofNullable((Log) context.getObject(Log.class.getName()));
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  /** Sets the format, also for a terminal. */
  public void setFormat(LogFormat wanted) {
    this.wanted = wanted;
  }

  /** Enables debug output. */
  public void setVerbose(boolean on) {
    verbose = on;
    setLevels();
  }

  /** Marks the beginning of a long-running command: without a terminal, its lines are log lines. */
  public void begin() {
    format = wanted == null && !Terminal.ERR.isThere() ? LogFormat.TEXT : wanted;
    setLevels();
  }

  private void setLevels() {
    Level level = format == LogFormat.QUIET ? Level.WARN : Level.INFO;
    context().getLogger(PROGRAM).setLevel(verbose ? Level.DEBUG : level);
    context().getLogger(SUMMARY).setLevel(isLog() ? Level.INFO : Level.WARN);
  }

  /** Adds the run to the following lines. */
  public void about(String name) {
    run = name;
  }

  /** Returns whether lines have the log format. */
  public boolean isLog() {
    return format != null;
  }

  /** Logs an error that ends the command. */
  public void error(String line) {
    LoggerFactory.getLogger(SUMMARY).error(line);
  }

  Optional<LogFormat> format() {
    return Optional.ofNullable(format);
  }

  Optional<String> run() {
    return Optional.ofNullable(run);
  }

  String worker() {
    return worker;
  }
}
