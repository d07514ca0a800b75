package org.stfbatch.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class KafkaSettingsTest {

  private static final String SECRET = "hunter2hunter2";
  private static final String JAAS =
      "org.apache.kafka.common.security.plain.PlainLoginModule required"
          + " username=\"u\" password=\""
          + SECRET
          + "\";";

  @TempDir Path folder;

  @Test
  void readsAFileOfClientSettings() throws IOException {
    Path file = file("bootstrap.servers=a:1,b:2\nsasl.mechanism=PLAIN\nclient.id = größe \n");

    KafkaSettings settings = KafkaSettings.read(Optional.empty(), file);

    assertThat(settings.bootstrapServers()).isEqualTo("a:1,b:2");
    assertThat(settings.properties())
        .isEqualTo(Map.of("sasl.mechanism", "PLAIN", "client.id", "größe"));
    assertThat(KafkaSettings.read(Optional.of("c:3"), file).bootstrapServers()).isEqualTo("c:3");
  }

  @Test
  void aFileWithoutAnAddressNeedsOne() throws IOException {
    Path file = file("sasl.mechanism=PLAIN\n");
    assertThat(KafkaSettings.read(Optional.of("c:3"), file).bootstrapServers()).isEqualTo("c:3");
    assertThatThrownBy(() -> KafkaSettings.read(Optional.empty(), file))
        .isInstanceOf(BrokerException.class)
        .hasMessage(file + " has no bootstrap.servers; add it, or give the brokers' addresses");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "isolation.level",
        "enable.idempotence",
        "acks",
        "transactional.id",
        "value.deserializer",
        "key.serializer",
        "enable.auto.commit",
        "auto.offset.reset"
      })
  void whatExactlyOnceDependsOnIsNotForTheUser(String name) throws IOException {
    Path file = file(name + "=x\nsasl.mechanism=PLAIN\n");
    assertThatThrownBy(() -> KafkaSettings.read(Optional.of("a:1"), file))
        .isInstanceOf(BrokerException.class)
        .message()
        .hasLineCount(1)
        .contains(file.toString(), name)
        .doesNotContain("sasl.mechanism");
    assertThatThrownBy(() -> KafkaSettings.of("a:1", Map.of(name, "x"))).hasMessageContaining(name);
  }

  @Test
  void anUnusableFileIsToldInOneLineWithoutItsContent() throws IOException {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> KafkaSettings.read(Optional.of("a:1"), missing))
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining(missing.toString());
    Path broken = file("ssl.key.password=" + SECRET + "\\u00zz\n");
    assertThat(report(catchThrowable(() -> KafkaSettings.read(Optional.of("a:1"), broken))))
        .contains(broken.toString())
        .doesNotContain(SECRET);
  }

  @Test
  void showsNoSecret() {
    KafkaSettings settings = KafkaSettings.of("a:1", secrets());
    assertThat(settings.toString())
        .contains("a:1", "sasl.mechanism=PLAIN", "sasl.jaas.config=***", "ssl.key.password=***")
        .doesNotContain(SECRET);
    assertThat(settings.withoutSecrets("got '" + SECRET + "' for u")).isEqualTo("got '***' for u");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PlainLoginModule required password=\"" + SECRET + "\"",
        "PlainLoginModule \"" + SECRET + "\" required;",
        "a.PlainLoginModule required password=\"" + SECRET + "\" " + SECRET + ";",
        "no.such.Module required password=\"" + SECRET + "\";",
        SECRET
      })
  void aBrokenLoginIsToldWithoutTheSecret(String jaas) {
    KafkaSettings settings =
        KafkaSettings.of(
            "127.0.0.1:9",
            Map.of(
                "security.protocol", "SASL_PLAINTEXT",
                "sasl.mechanism", "PLAIN",
                "sasl.jaas.config", jaas));
    Throwable error =
        catchThrowable(
            () ->
                new PositionedPublisher(
                    settings, new PublisherTarget("t", "run"), new RecordingListener()));
    assertThat(error).isInstanceOf(BrokerException.class).message().hasLineCount(1);
    assertThat(report(error)).doesNotContain(SECRET);
  }

  @Test
  void logsNoSecret() throws Exception {
    List<String> logged =
        logged(
            () -> {
              KafkaSettings settings = KafkaSettings.of("127.0.0.1:9", secrets());
              RecordingListener listener = new RecordingListener();
              PublisherTarget target = new PublisherTarget("t", "run");
              TopicRequest request = TopicRequest.of("t", ReadBound.untilEnd());
              try (TopicReader reader = new TopicReader(settings, request, listener);
                  PositionedPublisher publisher =
                      new PositionedPublisher(settings, target, listener)) {
                CompletableFuture<?> reading = CompletableFuture.supplyAsync(reader::open);
                CompletableFuture<?> publishing = CompletableFuture.supplyAsync(publisher::open);
                listener.awaitWaiting("does not answer");
                listener.awaitWaiting("does not answer");
                reader.stop();
                publisher.stop();
                assertThat(
                        CompletableFuture.allOf(reading, publishing)
                            .handle((v, e) -> report(e))
                            .get(10, TimeUnit.SECONDS))
                    .doesNotContain(SECRET);
              }
              return null;
            });
    assertThat(logged).as("the client's own logs").anyMatch(line -> line.contains("127.0.0.1:9"));
    assertThat(logged).noneMatch(line -> line.contains(SECRET));
  }

  private static Map<String, String> secrets() {
    return Map.of(
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        JAAS,
        "ssl.key.password",
        SECRET,
        "ssl.truststore.password",
        SECRET,
        "schema.registry.basic.auth.secret",
        SECRET,
        "some.plugin.Token",
        SECRET,
        "default.api.timeout.ms",
        "500",
        "request.timeout.ms",
        "400",
        "max.block.ms",
        "500");
  }

  private static List<String> logged(Callable<?> work) throws Exception {
    Logger root = logger(Logger.ROOT_LOGGER_NAME);
    Logger kafka = logger("org.apache.kafka");
    Level before = kafka.getLevel();
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    kafka.setLevel(Level.TRACE);
    kafka.setAdditive(false);
    kafka.addAppender(appender);
    root.addAppender(appender);
    try {
      work.call();
    } finally {
      kafka.detachAppender(appender);
      root.detachAppender(appender);
      kafka.setAdditive(true);
      kafka.setLevel(before);
    }
    return List.copyOf(appender.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** Waits for other test classes that initialize logging at the same time. */
  private static Logger logger(String name) {
    while (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext)) {
      Thread.onSpinWait();
    }
    return (Logger) LoggerFactory.getLogger(name);
  }

  private static String report(Throwable error) {
    StringWriter text = new StringWriter();
    error.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("client.properties"), text);
  }
}
