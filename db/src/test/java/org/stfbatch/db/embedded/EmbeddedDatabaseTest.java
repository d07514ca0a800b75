package org.stfbatch.db.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.stfbatch.db.DatabaseException;
import org.stfbatch.db.DatabaseSettings;

class EmbeddedDatabaseTest {

  /** Unpacked once for all tests; a user has them in the home folder. */
  private static final Path BINARIES = Path.of("target", "test-binaries");

  @TempDir Path home;
  private EmbeddedDatabase database;

  @BeforeEach
  void atANewHome() {
    database = another();
  }

  @AfterEach
  void stopServer() {
    database.stop();
  }

  @Test
  void isDurable() {
    try (EmbeddedDatabase.Session session = database.open()) {
      JdbcClient jdbc = jdbc(session.settings());
      for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
        assertThat(show(jdbc, setting)).as(setting).isEqualTo("on");
      }
      assertThat(show(jdbc, "data_checksums")).isEqualTo("on");
    }
  }

  @Test
  void isReachableOnlyFromThisMachineWithThePassword() throws IOException {
    try (EmbeddedDatabase.Session session = database.open()) {
      JdbcClient jdbc = jdbc(session.settings());
      assertThat(show(jdbc, "listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(show(jdbc, "unix_socket_directories")).isEmpty();
      assertThat(show(jdbc, "server_encoding")).isEqualTo("UTF8");
      Path password = home.resolve("pg/password");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(password)))
          .isEqualTo("rw-------");
      assertThat(Files.readString(password).strip()).isEqualTo(session.settings().password());
      DatabaseSettings guessed =
          new DatabaseSettings(session.settings().url(), session.settings().user(), "guess");
      assertThatThrownBy(() -> show(jdbc(guessed), "fsync"))
          .hasStackTraceContaining("password authentication failed");
    }
  }

  @Test
  void twoCommandsShareItAndTheLastStopsIt() {
    EmbeddedDatabase.Session first = database.open();
    EmbeddedDatabase.Session second = another().open();
    assertThat(second.settings()).isEqualTo(first.settings());
    assertThat(database.status().users()).isEqualTo(2);

    first.close();
    first.close();
    assertThat(show(jdbc(second.settings()), "fsync")).isEqualTo("on");
    assertThat(database.url()).contains(second.settings().url());

    second.close();
    assertThat(database.status().running()).isFalse();
    assertThat(database.url()).isEmpty();
  }

  @Test
  void dataSurviveBetweenCommands() {
    try (EmbeddedDatabase.Session session = database.open()) {
      jdbc(session.settings()).sql("create table kept (n int)").update();
    }
    try (EmbeddedDatabase.Session session = database.open()) {
      jdbc(session.settings()).sql("insert into kept values (1)").update();
    }
  }

  @Test
  void startedOnPurposeItStaysUntilStopped() {
    DatabaseSettings started = database.start();
    try (EmbeddedDatabase.Session session = another().open()) {
      assertThat(session.settings()).isEqualTo(started);
    }
    assertThat(database.status().running()).isTrue();
    assertThat(database.status().keepsRunning()).isTrue();

    assertThat(database.stop()).isTrue();

    assertThat(database.status().running()).isFalse();
    assertThat(database.status().keepsRunning()).isFalse();
    assertThat(database.stop()).isTrue();
  }

  @Test
  void stoppedWhileInUseItStopsWithTheLastUser() {
    database.start();
    EmbeddedDatabase.Session session = another().open();

    assertThat(database.stop()).isFalse();
    assertThat(show(jdbc(session.settings()), "fsync")).isEqualTo("on");

    session.close();
    assertThat(database.status().running()).isFalse();
  }

  @Test
  void aKilledServerRecoversWhatWasCommitted() throws Exception {
    EmbeddedDatabase.Session session = database.open();
    JdbcClient jdbc = jdbc(session.settings());
    jdbc.sql("create table kept as select generate_series(1, 10000) as n").update();
    kill(database.status().pid().orElseThrow());
    assertThat(database.status().running()).isFalse();

    try (EmbeddedDatabase.Session next = another().open()) {
      assertThat(
              jdbc(next.settings()).sql("select count(*) from kept").query(Integer.class).single())
          .isEqualTo(10_000);
    }
    session.close();
    assertThat(database.status().running()).isFalse();
  }

  @Test
  void aProcessFileOfACrashDoesNotStopTheNextStartThoughItsIdIsInUse() throws IOException {
    database.open().close();
    Path data = home.resolve("pg/data").toRealPath();
    Files.write(
        data.resolve("postmaster.pid"),
        List.of(
            Long.toString(ProcessHandle.current().pid()),
            data.toString(),
            "1700000000",
            "5432",
            "",
            "127.0.0.1",
            "  1234567    999999",
            "ready   "));
    assertThat(database.status().running()).isFalse();

    try (EmbeddedDatabase.Session session = database.open()) {
      assertThat(show(jdbc(session.settings()), "fsync")).isEqualTo("on");
    }
  }

  @Test
  void aCommandKilledWithItsWholeProcessGroupLeavesAServerToJoin() throws Exception {
    Process command = commandInItsOwnProcessGroup();
    assertThat(command.inputReader().readLine()).startsWith("jdbc:postgresql://127.0.0.1:");
    long server = database.status().pid().orElseThrow();
    assertThat(database.status().users()).isEqualTo(1);

    signalGroup("INT", command.pid());
    // Where the tests run in the background, SIGINT is ignored by the command, though not by a
    // server in its group.
    command.destroyForcibly();
    assertThat(command.waitFor(20, TimeUnit.SECONDS)).isTrue();

    assertThat(database.status().users()).isZero();
    ListAppender<ILoggingEvent> log = logged();
    try (EmbeddedDatabase.Session session = database.open()) {
      assertThat(database.status().pid()).hasValue(server);
      assertThat(show(jdbc(session.settings()), "fsync")).isEqualTo("on");
      another().open().close();
    }
    assertThat(log.list)
        .as("told once, by the one that found it")
        .extracting(ILoggingEvent::getFormattedMessage)
        .filteredOn(line -> line.contains("a command that used it was killed"))
        .hasSize(1)
        .allMatch(line -> line.contains("process " + server));
    assertThat(database.status().running()).isFalse();
  }

  @Test
  void commandsOfTwoProcessesShareAServer() throws Exception {
    Process command = commandInItsOwnProcessGroup();
    String url = command.inputReader().readLine();

    try (EmbeddedDatabase.Session session = database.open()) {
      assertThat(session.settings().url()).isEqualTo(url);
    }
    assertThat(database.status().running()).isTrue();

    command.getOutputStream().close();
    assertThat(command.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(command.exitValue()).isZero();
    assertThat(database.status().running()).isFalse();
  }

  @Test
  void aStatusOfAHomeThatIsNotThereCreatesNothing() {
    EmbeddedDatabase nowhere = new EmbeddedDatabase(home.resolve("nowhere"), BINARIES);

    assertThat(nowhere.status().running()).isFalse();
    assertThat(nowhere.url()).isEmpty();
    assertThat(nowhere.stop()).isTrue();
    assertThat(home.resolve("nowhere")).doesNotExist();
  }

  @Test
  void dataOfAnotherMajorVersionAreRefusedInOneLine() throws IOException {
    Path data = Files.createDirectories(home.resolve("pg/data"));
    Files.writeString(data.resolve("PG_VERSION"), "15\n");

    assertThatThrownBy(database::open)
        .isInstanceOf(DatabaseException.class)
        .message()
        .hasLineCount(1)
        .contains("PostgreSQL 15")
        .contains("brings 18");
    assertThat(database.status().users()).isZero();
  }

  @Test
  void aFolderThatIsNoDataFolderIsLeftAlone() throws IOException {
    Files.createDirectories(home.resolve("pg/data"));
    Files.writeString(home.resolve("pg/data/precious"), "x");

    assertThatThrownBy(database::open).hasMessageContaining("is not a PostgreSQL data folder");
    assertThat(home.resolve("pg/data/precious")).exists();
  }

  @Test
  void aCreationThatWasInterruptedIsBegunAnew() throws IOException {
    Files.createDirectories(home.resolve("pg/data.unfinished/base"));

    try (EmbeddedDatabase.Session session = database.open()) {
      assertThat(show(jdbc(session.settings()), "fsync")).isEqualTo("on");
    }
  }

  @Test
  void aHomeWithBlanksAndUmlautsWorks() {
    EmbeddedDatabase odd = new EmbeddedDatabase(home.resolve("my höme's folder"), BINARIES);

    try (EmbeddedDatabase.Session session = odd.open()) {
      assertThat(show(jdbc(session.settings()), "fsync")).isEqualTo("on");
    }
  }

  @Test
  void aHomeThatPostgresToolsCannotNameIsRefused() {
    assertThatThrownBy(() -> new EmbeddedDatabase(home.resolve("a$HOME")))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("choose another home");
  }

  private EmbeddedDatabase another() {
    return new EmbeddedDatabase(home, BINARIES);
  }

  private static JdbcClient jdbc(DatabaseSettings settings) {
    return JdbcClient.create(
        new DriverManagerDataSource(settings.url(), settings.user(), settings.password()));
  }

  private static String show(JdbcClient jdbc, String setting) {
    return jdbc.sql("show " + setting).query(String.class).single();
  }

  private Process commandInItsOwnProcessGroup() throws IOException {
    return new ProcessBuilder(
            "setsid",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            OpenUntilInputEnds.class.getName(),
            home.toString(),
            BINARIES.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static ListAppender<ILoggingEvent> logged() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(EmbeddedDatabase.class);
    logger.setLevel(Level.INFO);
    logger.addAppender(log);
    return log;
  }

  private static void kill(long pid) throws Exception {
    ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
    server.destroyForcibly();
    server.onExit().get(Duration.ofSeconds(10).toSeconds(), TimeUnit.SECONDS);
  }

  private static void signalGroup(String signal, long group) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + signal, "--", "-" + group).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }
}
