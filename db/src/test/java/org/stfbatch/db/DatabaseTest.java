package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.stfbatch.db.testing.TestDatabase;

class DatabaseTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @Test
  void aServerThatIsNotThereIsNamed() throws IOException {
    int freePort;
    try (ServerSocket socket = new ServerSocket(0)) {
      freePort = socket.getLocalPort();
    }
    String url = "jdbc:postgresql://127.0.0.1:" + freePort + "/stf?password=s3cret&ssl=false";

    assertThat(failure(new DatabaseSettings(url, "me", "s3cret")))
        .contains("127.0.0.1:" + freePort + "/stf")
        .contains("no server answers")
        .doesNotContain("s3cret");
  }

  @Test
  void aWrongPasswordIsSaidWithoutShowingIt() {
    assertThat(
            failure(
                new DatabaseSettings(
                    DATABASE.settings().url(), DATABASE.settings().user(), "wr0ng")))
        .contains("wrong password for user stfbatch")
        .doesNotContain("wr0ng");
  }

  @Test
  void aMissingPasswordIsSaid() {
    assertThat(failure(new DatabaseSettings(DATABASE.settings().url(), "stfbatch", "")))
        .contains("password");
  }

  @Test
  void anUnknownDatabaseIsNamed() {
    assertThat(failure(at(DATABASE.settings().url() + "_missing")))
        .contains("_missing")
        .contains("no such database");
  }

  @Test
  void aUrlOfAnotherKindIsRefusedWithTheRightForm() {
    assertThat(failure(at("postgres://me:s3cret@host/db")))
        .contains("not a PostgreSQL URL")
        .contains("jdbc:postgresql://HOST:PORT/DATABASE")
        .doesNotContain("s3cret");
    assertThat(failure(at("jdbc:mysql://host/db"))).contains("not a PostgreSQL URL");
  }

  @Test
  void aServerOfAnotherKindIsRecognised() throws IOException {
    try (WebServer server = new WebServer()) {
      assertThat(failure(at("jdbc:postgresql://127.0.0.1:" + server.port() + "/db")))
          .contains("is not a PostgreSQL server");
    }
  }

  @Test
  void aDatabaseThatCannotHoldEveryCharacterIsRefused() {
    DatabaseSettings latin1 =
        DATABASE.createEmpty("encoding 'LATIN1' locale 'C' template template0");

    assertThat(failure(latin1)).contains("encoding LATIN1").contains("UTF8");
  }

  @Test
  void aDatabaseWithOtherTablesIsLeftAlone() {
    DatabaseSettings used = DATABASE.createEmpty("");
    jdbc(used).sql("create table somebody_elses (id int)").update();

    assertThat(failure(used)).contains("holds other tables");
    assertThat(
            jdbc(used)
                .sql("select count(*) from pg_tables where schemaname = 'public'")
                .query(Integer.class)
                .single())
        .isEqualTo(1);
  }

  @Test
  void tablesOfANewerVersionAreLeftAlone() {
    DatabaseSettings settings = DATABASE.createEmpty("");
    Database.open(settings).close();
    jdbc(settings)
        .sql(
            """
            insert into flyway_schema_history (
              installed_rank, version, description, type, script, checksum, installed_by,
              execution_time, success)
            values (99, '999', 'later', 'SQL', 'V999__later.sql', 1, 'x', 1, true)
            """)
        .update();

    assertThat(failure(settings)).contains("made by a newer stf-batch");
  }

  @Test
  void settingsNeverShowThePassword() {
    DatabaseSettings settings =
        new DatabaseSettings("jdbc:postgresql://h/d?user=u&password=s3cret&x=1", "u", "s3cret");

    assertThat(settings.toString())
        .isEqualTo("DatabaseSettings[url=jdbc:postgresql://h/d?user=u&password=***&x=1, user=u]");
  }

  @Test
  void connectionsTellWhoTheyAre() {
    assertThat(
            JdbcClient.create(DATABASE.dataSource())
                .sql("select current_setting('application_name')")
                .query(String.class)
                .single())
        .isEqualTo("stf-batch");
  }

  @Test
  void aClosedDatabaseHandsOutNoConnections() {
    Database database = Database.open(DATABASE.settings());
    database.close();

    assertThatThrownBy(() -> database.dataSource().getConnection()).hasMessageContaining("closed");
  }

  private static String failure(DatabaseSettings settings) {
    DatabaseException e =
        catchThrowableOfType(DatabaseException.class, () -> Database.open(settings).close());
    assertThat(e).isNotNull();
    assertThat(e.getMessage()).hasLineCount(1);
    return e.getMessage();
  }

  private static DatabaseSettings at(String url) {
    return new DatabaseSettings(url, DATABASE.settings().user(), DATABASE.settings().password());
  }

  private static JdbcClient jdbc(DatabaseSettings settings) {
    return JdbcClient.create(
        new DriverManagerDataSource(settings.url(), settings.user(), settings.password()));
  }

  /** A server that answers every connection with an HTTP error. */
  private static final class WebServer implements AutoCloseable {

    private final ServerSocket socket;
    private final Thread thread;

    WebServer() throws IOException {
      socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
      thread = new Thread(this::serve);
      thread.start();
    }

    int port() {
      return socket.getLocalPort();
    }

    private void serve() {
      while (!socket.isClosed()) {
        try (Socket client = socket.accept();
            InputStream in = client.getInputStream()) {
          in.readNBytes(8);
          client
              .getOutputStream()
              .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
          // The client disconnected, or the test has ended and the socket is closed.
          continue;
        }
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
