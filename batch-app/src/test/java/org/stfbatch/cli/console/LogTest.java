package org.stfbatch.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Log lines on standard error. */
final class LogTest {
  private static final String HEAD =
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(Z|[+-]\\d\\d:\\d\\d) ";
  private static final String WORKER = "worker=\\S+:\\d+ ";

  private final PrintStream real = System.err;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final Log log = new Log();

  @BeforeEach
  void catchWhatIsWritten() {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void leaveEverythingAsItWas() {
    System.setErr(real);
    new Log();
  }

  @Test
  void shortCommandsSaySentences() {
    Notices.onStderr("an image stays away");
    Notices.warning("a column is passed over");
    Notices.summary("standard output says it", true);

    assertThat(lines())
        .containsExactly(
            "stf-batch: an image stays away", "stf-batch: warning: a column is passed over");
  }

  @Test
  void everyLineOfALogHasItsTimeLevelRunAndWorker() {
    log.setFormat(LogFormat.TEXT);
    log.begin();
    Notices.onStderr("begun");
    log.about("nightly");
    Notices.warning("slow");
    Notices.summary("done", true);
    log.error("no room");

    assertThat(lines()).hasSize(4);
    assertThat(lines().get(0)).matches(HEAD + "INFO  " + WORKER + "begun");
    assertThat(lines().get(1)).matches(HEAD + "WARN  run=nightly " + WORKER + "slow");
    assertThat(lines().get(2)).matches(HEAD + "INFO  run=nightly " + WORKER + "done");
    assertThat(lines().get(3)).matches(HEAD + "ERROR run=nightly " + WORKER + "no room");
  }

  @Test
  void jsonHasTheSameInFields() throws IOException {
    log.setFormat(LogFormat.JSON);
    log.begin();
    log.about("nightly");
    LoggerFactory.getLogger("org.stfbatch.engine").warn("\"it\"", new IllegalStateException("why"));

    JsonNode line = new ObjectMapper().readTree(lines().get(0));
    assertThat(lines()).hasSize(1);
    assertThat(OffsetDateTime.parse(line.path("time").asText())).isNotNull();
    assertThat(line.path("level").asText()).isEqualTo("warn");
    assertThat(line.path("run").asText()).isEqualTo("nightly");
    assertThat(line.path("worker").asText()).isNotEmpty();
    assertThat(line.path("message").asText()).isEqualTo("\"it\"");
    assertThat(line.path("exception").asText()).contains("IllegalStateException: why");
  }

  @Test
  void quietLeavesWarningsErrorsAndTheEnd() {
    log.setFormat(LogFormat.QUIET);
    log.begin();
    Notices.onStderr("begun");
    Notices.warning("slow");
    Notices.summary("done", true);

    assertThat(lines()).hasSize(2);
    assertThat(lines().get(0)).endsWith("slow");
    assertThat(lines().get(1)).endsWith("done");
  }

  @Test
  void verboseLogsMore() {
    LoggerFactory.getLogger("org.stfbatch.job").debug("stored");
    log.setVerbose(true);
    LoggerFactory.getLogger("org.stfbatch.job").debug("stored again");

    assertThat(lines()).containsExactly("stf-batch: stored again");
  }

  @Test
  void passwordsAreNotLogged() {
    LoggerFactory.getLogger("org.stfbatch.db").warn("jdbc:postgresql://h/d?password=pictures");

    assertThat(lines().get(0)).doesNotContain("pictures");
  }

  private List<String> lines() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
