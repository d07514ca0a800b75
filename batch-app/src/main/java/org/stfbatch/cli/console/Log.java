package org.stfbatch.cli.console;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import org.stfbatch.base.LocalHost;

/**
 * The format of what a command logs while it works: short sentences on a terminal, lines with time,
 * level, run and worker elsewhere. Safe for use by several threads.
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

  /** Decides the format of everything that the process logs from now on. */
  public Log() {
    LoggerContext context = context();
    context.putObject(Log.class.getName(), this);
    setLevels();
  }

  /** The process's log, if there is one. */
  static Optional<Log> of(ch.qos.logback.core.Context context) {
    return Optional.ofNullable((Log) context.getObject(Log.class.getName()));
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  /** Lines have this format, on a terminal, too. */
  public void setFormat(LogFormat wanted) {
    this.wanted = wanted;
  }

  /** Logs more. */
  public void setVerbose(boolean on) {
    verbose = on;
    setLevels();
  }

  /** A command begins that works for long: without a terminal, its lines are those of a log. */
  public void begin() {
    format = wanted == null && !Terminal.ERR.isThere() ? LogFormat.TEXT : wanted;
    setLevels();
  }

  private void setLevels() {
    Level level = format == LogFormat.QUIET ? Level.WARN : Level.INFO;
    context().getLogger(PROGRAM).setLevel(verbose ? Level.DEBUG : level);
    context().getLogger(SUMMARY).setLevel(isLog() ? Level.INFO : Level.WARN);
  }

  /** What follows is about this run. */
  public void about(String name) {
    run = name;
  }

  /** Whether lines are those of a log. */
  public boolean isLog() {
    return format != null;
  }

  /** An error that ends the command. */
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
