package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stfbatch.net.AddressRules;
import org.stfbatch.net.ProxySettings;

@Timeout(30)
class DownloadsTest {
  private static final int AT_ONCE = 12;
  private static final int PER_HOST = 8;

  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;
  private Downloads downloads;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(workers);
    server.start();
    downloads =
        new Downloads(
            ImageLimits.defaults(),
            new FetchSettings(
                false, AddressRules.DEFAULT, ProxySettings.NONE, AT_ONCE, PER_HOST, Duration.ZERO));
  }

  @AfterEach
  void stop() {
    end.countDown();
    downloads.cancel();
    server.stop(0);
    workers.shutdownNow();
  }

  @Test
  void asManyAreUnderWayAtOnceAsOneHostIsAskedFor() throws Exception {
    CyclicBarrier together = new CyclicBarrier(PER_HOST);
    serve(
        () -> {
          together.await(20, TimeUnit.SECONDS);
          return null;
        });
    for (CompletableFuture<Downloads.Downloaded> one : begin("127.0.0.1", 2 * PER_HOST)) {
      assertThat(one.get().data()).containsExactly(7);
    }
  }

  @Test
  void aHostThatDoesNotAnswerLeavesRoomForOthers() throws Exception {
    CountDownLatch stuck = new CountDownLatch(PER_HOST);
    serve(
        () -> {
          if (asked.incrementAndGet() <= PER_HOST) {
            stuck.countDown();
            end.await();
          }
          return null;
        });
    List<CompletableFuture<Downloads.Downloaded>> slow = begin("localhost", 20);
    stuck.await();
    for (CompletableFuture<Downloads.Downloaded> one : begin("127.0.0.1", 20)) {
      assertThat(one.get().data()).containsExactly(7);
    }
    assertThat(slow).noneMatch(CompletableFuture::isDone);
  }

  @Test
  void cancellingEndsAllAndLeavesNoThread() throws Exception {
    CountDownLatch stuck = new CountDownLatch(PER_HOST);
    serve(
        () -> {
          stuck.countDown();
          end.await();
          return null;
        });
    List<CompletableFuture<Downloads.Downloaded>> pending = begin("127.0.0.1", 20);
    stuck.await();
    assertThat(threads()).isNotEmpty();

    downloads.cancel();

    assertThat(threads()).isEmpty();
    for (CompletableFuture<Downloads.Downloaded> one : pending) {
      assertThatThrownBy(one::join).isInstanceOf(CancellationException.class);
    }
    end.countDown();
    server.removeContext("/");
    serve(() -> null);
    assertThat(begin("127.0.0.1", 1).get(0).get().data()).containsExactly(7);
  }

  @Test
  void bytesAreBoundedAndTheFirstAlwaysGetsThrough() throws Exception {
    ByteBudget budget = new ByteBudget(100);
    ByteBudget.Share first = budget.open();
    ByteBudget.Share second = budget.open();
    first.grow(60);
    second.grow(40);
    CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> grow(second, 30), workers);
    first.grow(60);
    assertThat(budget.held()).isEqualTo(160);
    assertThat(waiting.isDone()).isFalse();
    first.complete();
    waiting.get();
    first.close();
    second.close();
    second.close();
    assertThat(budget.held()).isZero();
  }

  private static void grow(ByteBudget.Share share, long bytes) {
    try {
      share.grow(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private interface Wait {
    Void until() throws Exception;
  }

  private void serve(Wait wait) {
    server.createContext(
        "/",
        exchange -> {
          try {
            wait.until();
          } catch (Exception e) {
            throw new IOException(e);
          }
          exchange.sendResponseHeaders(200, 1);
          exchange.getResponseBody().write(7);
          exchange.close();
        });
  }

  private List<CompletableFuture<Downloads.Downloaded>> begin(String host, int images) {
    List<CompletableFuture<Downloads.Downloaded>> begun = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      URI uri = URI.create("http://" + host + ":" + server.getAddress().getPort() + "/" + i);
      begun.add(downloads.start(new ImageSource.Http(uri)));
    }
    return begun;
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("download"))
        .toList();
  }
}
