package org.stfbatch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SharedServerTest {

  @TempDir Path home;

  @Test
  void aStartThatFailsIsToldAsTheCallersExceptionAndLeavesNoUser() {
    Control control = new Control();
    Server server = new Server(home, "one", control);
    control.refusal = Optional.of(new ServerException("cannot start it; free some space"));

    assertThatThrownBy(server::open)
        .isInstanceOf(CallersException.class)
        .hasMessage("cannot start it; free some space");
    assertThat(server.status().users()).isZero();
  }

  @Test
  void aHomeThatCannotBeCreatedIsToldAsTheCallersException() throws IOException {
    Path file = Files.createFile(home.resolve("file"));

    assertThatThrownBy(() -> new Server(file, "one", new Control()).start())
        .isInstanceOf(CallersException.class)
        .message()
        .hasLineCount(1)
        .contains(file.toString(), "choose a home folder you can write to");
  }

  @Test
  void aServerThatComesBackElsewhereIsNotTheOneOfTheSession() {
    Control control = new Control();
    try (Server.Session session = new Server(home, "one", control).open()) {
      control.port = 2;
      session.revive();
      assertThat(control.find()).hasValueSatisfying(running -> assertThat(running.pid()).isOne());

      control.stop();
      assertThatThrownBy(session::revive)
          .isInstanceOf(CallersException.class)
          .hasMessageContaining("is now at port 2, because another program took its port");
    }
  }

  @Test
  void serversOfOneHomeDoNotWaitForEachOther() {
    Control slow = new Control();
    slow.mayStart = new CountDownLatch(1);
    CompletableFuture<Server.Session> opening =
        CompletableFuture.supplyAsync(new Server(home, "slow", slow)::open);
    slow.starting.join();

    new Server(home, "quick", new Control()).open().close();

    assertThat(opening).isNotDone();
    slow.mayStart.countDown();
    opening.join().close();
  }

  @Test
  void threadsThatReachAHomeByALinkWaitForThoseThatDoNot() throws Exception {
    Path link =
        Files.createSymbolicLink(
            home.resolve("link"), Files.createDirectory(home.resolve("folder")));
    Control control = new Control();
    control.mayStart = new CountDownLatch(1);
    CompletableFuture<Server.Session> first =
        CompletableFuture.supplyAsync(new Server(home.resolve("folder"), "one", control)::open);
    control.starting.join();
    CompletableFuture<Server.Session> second =
        CompletableFuture.supplyAsync(new Server(link, "one", control)::open);

    control.mayStart.countDown();

    Server.Session left = second.join();
    first.join().close();
    assertThat(control.find()).as("still used").isPresent();
    left.close();
    assertThat(control.find()).isEmpty();
  }

  private static final class Server extends SharedServer<Integer> {
    Server(Path home, String name, Control control) {
      super("embedded test", new ServerFolders(home, name), control, CallersException::new);
    }
  }

  private static final class CallersException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CallersException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** A server that is no process. */
  private static final class Control implements ServerControl<Integer> {
    private final CompletableFuture<Void> starting = new CompletableFuture<>();
    private CountDownLatch mayStart = new CountDownLatch(0);
    private Optional<ServerException> refusal = Optional.empty();
    private Optional<Integer> listening = Optional.empty();
    private int port = 1;

    @Override
    public Optional<Running<Integer>> find() {
      return listening.map(at -> new Running<>(1, Optional.of(at)));
    }

    @Override
    public Integer ensureRunning() {
      starting.complete(null);
      try {
        mayStart.await();
      } catch (InterruptedException e) {
        throw new ServerException("interrupted", e);
      }
      refusal.ifPresent(
          exception -> {
            throw exception;
          });
      listening = listening.or(() -> Optional.of(port));
      return listening.get();
    }

    @Override
    public void stop() {
      listening = Optional.empty();
    }

    @Override
    public String address(Integer settings) {
      return "port " + settings;
    }
  }
}
