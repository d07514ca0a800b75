package org.stfbatch.kafka.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.kafka.BrokerException;
import org.stfbatch.kafka.BrokerListener;
import org.stfbatch.kafka.KafkaSettings;
import org.stfbatch.kafka.OutgoingRecord;
import org.stfbatch.kafka.PositionedPublisher;
import org.stfbatch.kafka.PublisherPosition;
import org.stfbatch.kafka.PublisherTarget;
import org.stfbatch.kafka.ReadBound;
import org.stfbatch.kafka.TopicReader;
import org.stfbatch.kafka.TopicRequest;
import org.stfbatch.kafka.message.MessageHeaders;

@Timeout(value = 300, unit = TimeUnit.SECONDS)
class EmbeddedBrokerTest {

  private static final long MOMENT_MILLIS = 300;

  @TempDir Path folder;
  private Path home;
  private EmbeddedBroker broker;

  @BeforeEach
  void atANewHome() {
    home = folder.resolve("my höme's, folder");
    broker = new EmbeddedBroker(home);
  }

  @AfterEach
  void stopBroker() {
    broker.stop();
  }

  @Test
  void commandsShareItTheLastStopsItAndMessagesSurvive() throws IOException {
    EmbeddedBroker.Session first = broker.open();
    EmbeddedBroker.Session second = new EmbeddedBroker(home).open();
    assertThat(second.settings()).isEqualTo(first.settings());
    assertThat(first.settings().bootstrapServers()).startsWith("127.0.0.1:");
    assertThat(broker.status().users()).isEqualTo(2);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("kafka"))))
        .isEqualTo("rwx------");

    first.close();
    first.close();
    publish(second.settings(), 1);
    assertThat(broker.address()).contains(second.settings().bootstrapServers());

    second.close();
    assertThat(broker.status().running()).isFalse();
    assertThat(broker.address()).isEmpty();

    try (EmbeddedBroker.Session later = broker.open()) {
      assertThat(later.settings()).isEqualTo(first.settings());
      assertThat(published(later.settings())).isEqualTo(1);
    }
  }

  @Test
  void aKilledBrokerRecoversAndTakesAnotherPortIfItsOwnIsTaken() throws Exception {
    KafkaSettings before = broker.start();
    publish(before, 1);
    kill(broker.status().pid().orElseThrow());
    assertThat(broker.status().running()).isFalse();

    try (ServerSocket taken = listenOn(before)) {
      assertThat(taken.isBound()).isTrue();
      KafkaSettings after = broker.start();
      assertThat(after).isNotEqualTo(before);
      assertThat(published(after)).isEqualTo(1);
    }
  }

  @Test
  void itKeepsItsAddressIfItsPortIsInUseForAMomentOnly() throws Exception {
    KafkaSettings before = broker.start();
    broker.stop();

    try (ServerSocket taken = listenOn(before)) {
      CompletableFuture<Void> closed =
          CompletableFuture.runAsync(
              () -> close(taken),
              CompletableFuture.delayedExecutor(MOMENT_MILLIS, TimeUnit.MILLISECONDS));
      assertThat(broker.start()).isEqualTo(before);
      assertThat(closed).isDone();
    }
  }

  @Test
  void startedOnPurposeItStaysAndStoppedWhileInUseItGoesWithItsLastUser() {
    KafkaSettings started = broker.start();
    try (EmbeddedBroker.Session session = broker.open()) {
      assertThat(session.settings()).isEqualTo(started);
    }
    assertThat(broker.status().running()).isTrue();
    assertThat(broker.status().keepsRunning()).isTrue();

    EmbeddedBroker.Session session = broker.open();
    assertThat(broker.stop()).isFalse();
    assertThat(broker.status().running()).isTrue();
    session.close();
    assertThat(broker.status().running()).isFalse();
    assertThat(broker.status().keepsRunning()).isFalse();
    assertThat(broker.stop()).isTrue();
  }

  @Test
  void aCommandKilledWithItsWholeProcessGroupLeavesABrokerToJoin() throws Exception {
    Process command = commandInItsOwnProcessGroup();
    String address = command.inputReader().readLine();
    long server = broker.status().pid().orElseThrow();
    assertThat(broker.status().users()).isEqualTo(1);

    signalGroup("INT", command.pid());
    command.destroyForcibly();
    assertThat(command.waitFor(20, TimeUnit.SECONDS)).isTrue();

    assertThat(broker.status().users()).isZero();
    try (EmbeddedBroker.Session session = broker.open()) {
      assertThat(session.settings().bootstrapServers()).isEqualTo(address);
      assertThat(broker.status().pid()).hasValue(server);
    }
    assertThat(broker.status().running()).isFalse();
  }

  @Test
  void aBrokerThatDoesNotStartIsToldInOneLineAndLeavesNothing() throws IOException {
    Path data = Files.createDirectories(home.resolve("kafka/data"));
    Files.writeString(data.resolve("meta.properties"), "version=1\nnode.id=77\ncluster.id=x\n");

    assertThatThrownBy(broker::open)
        .isInstanceOf(BrokerException.class)
        .message()
        .hasLineCount(1)
        .contains("does not start", home.resolve("kafka/server.log").toString(), "77");
    assertThat(broker.status().users()).isZero();
    assertThat(broker.status().running()).isFalse();
  }

  @Test
  void aStoreOfANewerKafkaIsToldWithTheCureAndLeftAlone() throws Exception {
    Path data = home.resolve("kafka/data");
    copyTree(Path.of(getClass().getResource("store-of-kafka-4.3").toURI()), data);
    Path log = data.resolve("__cluster_metadata-0/00000000000000000000.log");
    byte[] before = Files.readAllBytes(log);

    assertThatThrownBy(broker::open)
        .isInstanceOf(BrokerException.class)
        .message()
        .hasLineCount(1)
        .contains("a newer Kafka has written there", "move the folder away");
    assertThat(broker.status().running()).isFalse();
    assertThat(log).hasBinaryContent(before);
  }

  @Test
  void itLetsNobodyInWithoutThePasswordAtNeitherPort() throws Exception {
    KafkaSettings settings = broker.start();
    publish(settings, 1);
    Properties server = new Properties();
    try (Reader reader = Files.newBufferedReader(home.resolve("kafka/server.properties"))) {
      server.load(reader);
    }

    for (String address :
        List.of(
            settings.bootstrapServers(),
            "127.0.0.1:" + server.getProperty("stf-batch.controller.port"))) {
      String key =
          address.equals(settings.bootstrapServers())
              ? "bootstrap.servers"
              : "bootstrap.controllers";
      assertThatThrownBy(() -> ask(Map.of(key, address))).isInstanceOf(ExecutionException.class);
      assertThatThrownBy(() -> ask(login(key, address, "wrong")))
          .cause()
          .isInstanceOf(SaslAuthenticationException.class);
      assertThat(ask(login(key, address, password()))).isNotBlank();
    }
    for (String secret : List.of("password", "client.properties", "server.properties")) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(home.resolve("kafka").resolve(secret))))
          .as(secret)
          .isEqualTo("rw-------");
    }
    assertThat(settings.toString()).doesNotContain(password());
    assertThat(
            ProcessHandle.of(broker.status().pid().orElseThrow()).orElseThrow().info().toString())
        .doesNotContain(password());
    assertThat(KafkaSettings.read(Optional.empty(), broker.clientProperties())).isEqualTo(settings);
  }

  @Test
  void aPasswordThatIsLostIsMadeAnewWhenTheBrokerStarts() throws IOException {
    publish(broker.start(), 1);
    broker.stop();
    Files.delete(home.resolve("kafka/password"));

    assertThat(published(broker.start())).isEqualTo(1);
  }

  /** As the versions did that asked for no password. */
  @Test
  void aBrokerWithoutAPasswordIsRestartedWithOneAndKeepsItsMessages() throws Exception {
    KafkaSettings open = startWithoutPassword();
    publish(open, 1);
    long before = broker.status().pid().orElseThrow();
    assertThat(broker.status().settings()).contains(open);

    try (EmbeddedBroker.Session session = broker.open()) {
      assertThat(broker.status().pid()).isNotEqualTo(OptionalLong.of(before));
      assertThat(session.settings().bootstrapServers()).isEqualTo(open.bootstrapServers());
      assertThat(session.settings()).isNotEqualTo(open);
      assertThat(published(session.settings())).isEqualTo(1);
      publish(session.settings(), 2);
    }
  }

  private KafkaSettings startWithoutPassword() throws IOException {
    BrokerFolders folders = new BrokerFolders(home);
    folders.create();
    BrokerJava java = new BrokerJava(folders.server());
    Ports ports = Ports.free();
    Files.writeString(
        folders.properties(),
        """
        process.roles=broker,controller
        node.id=1
        listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
        advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
        controller.listener.names=CONTROLLER
        controller.quorum.voters=1@127.0.0.1:%2$d
        log.dirs=data
        stf-batch.port=%1$d
        stf-batch.controller.port=%2$d
        offsets.topic.replication.factor=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        transaction.state.log.num.partitions=4
        auto.create.topics.enable=false
        """
            .formatted(ports.broker(), ports.controller()));
    java.run(
        BrokerJava.FORMAT,
        "format",
        "--cluster-id=" + BrokerProbe.randomClusterId(),
        "--config=server.properties");
    java.startDetached(folders.log().toFile(), BrokerJava.BROKER, BrokerFolders.PROPERTIES);
    return KafkaSettings.of("127.0.0.1:" + ports.broker());
  }

  private static String ask(Map<String, String> properties) throws Exception {
    Map<String, Object> all = new HashMap<>(properties);
    all.put("request.timeout.ms", "1500");
    all.put("default.api.timeout.ms", "1500");
    try (Admin admin = Admin.create(all)) {
      return admin.describeCluster().clusterId().get();
    }
  }

  private static Map<String, String> login(String key, String address, String password) {
    Map<String, String> properties = new HashMap<>(new Login(password).clientProperties());
    properties.put(key, address);
    return properties;
  }

  private String password() throws IOException {
    return Files.readString(home.resolve("kafka/password")).strip();
  }

  @Test
  void aStatusOfAHomeThatIsNotThereCreatesNothing() {
    assertThat(broker.status().running()).isFalse();
    assertThat(broker.address()).isEmpty();
    assertThat(broker.stop()).isTrue();
    assertThat(home).doesNotExist();
  }

  private static void copyTree(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path each : tree.toList()) {
        Files.copy(each, to.resolve(from.relativize(each).toString()));
      }
    }
  }

  private static ServerSocket listenOn(KafkaSettings settings) throws IOException {
    int port = Integer.parseInt(settings.bootstrapServers().split(":")[1]);
    return new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"));
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void publish(KafkaSettings settings, int count) {
    PublisherTarget target = new PublisherTarget("kept", "run");
    try (PositionedPublisher publisher =
        new PositionedPublisher(settings, target, BrokerListener.logging())) {
      publisher.open();
      publisher.publish(
          List.of(OutgoingRecord.of("k", new byte[0], MessageHeaders.NONE)),
          PublisherPosition.of("count", count));
    }
  }

  /** What the position says, and that the message is there. */
  private static long published(KafkaSettings settings) {
    PublisherTarget target = new PublisherTarget("kept", "run");
    try (PositionedPublisher publisher =
        new PositionedPublisher(settings, target, BrokerListener.logging())) {
      // Opening ends what was underway when the broker died; only then is the message visible.
      long count = publisher.open().orElseThrow().get("count").orElseThrow();
      assertThat(messages(settings)).isEqualTo(1);
      return count;
    }
  }

  private static int messages(KafkaSettings settings) {
    TopicRequest request = TopicRequest.of("kept", ReadBound.untilEnd());
    int count = 0;
    try (TopicReader reader = new TopicReader(settings, request, BrokerListener.logging())) {
      reader.open();
      while (!reader.ended()) {
        count += reader.poll(Duration.ofSeconds(1)).records().size();
      }
    }
    return count;
  }

  private Process commandInItsOwnProcessGroup() throws IOException {
    return new ProcessBuilder(
            "setsid",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            OpenUntilInputEnds.class.getName(),
            home.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
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
