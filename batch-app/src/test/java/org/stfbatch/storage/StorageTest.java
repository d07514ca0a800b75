package org.stfbatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.image.FetchSettings;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageSource;
import org.stfbatch.net.AddressRules;
import org.stfbatch.net.ProxySettings;
import org.stfbatch.storage.StorageAddress.Http;
import org.stfbatch.storage.StorageAddress.LocalFile;
import org.stfbatch.storage.StorageAddress.S3Object;
import org.stfbatch.storage.StorageException.Kind;
import org.stfbatch.testing.FaultyS3;
import org.stfbatch.testing.FaultyS3.Fault;
import org.stfbatch.testing.S3Server;

@Timeout(120)
class StorageTest {
  @RegisterExtension static final S3Server SERVER = new S3Server();

  /** More than one part of an upload. */
  private static final int LARGE = (8 << 20) + 17;

  @TempDir private Path folder;

  private static S3Object object(String key) {
    return new S3Object(S3Server.BUCKET, key);
  }

  private static Storage storage() {
    return new Storage(SERVER.settings());
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] all(Storage storage, StorageAddress address) throws IOException {
    try (InputStream in = storage.open(address)) {
      return in.readAllBytes();
    }
  }

  @Test
  void anObjectIsReadAsAFileIs() throws IOException {
    byte[] content = bytes(100_000);
    SERVER.put("read/ä b%20+c?.bin", content);
    Path file = Files.write(folder.resolve("file"), content);

    try (Storage storage = storage()) {
      for (StorageAddress place : List.of(object("read/ä b%20+c?.bin"), new LocalFile(file))) {
        assertThat(all(storage, place)).isEqualTo(content);
        assertThat(storage.size(place)).isEqualTo(content.length);
        assertThat(storage.read(place, 50_000, 1000))
            .isEqualTo(Arrays.copyOfRange(content, 50_000, 51_000));
        assertThat(storage.read(place, 99_999, 1)).isEqualTo(new byte[] {content[99_999]});
        assertThatThrownBy(() -> storage.read(place, 99_000, 1001))
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("ends before byte 100001");
      }
    }
  }

  @Test
  void whatIsMissingIsSaidToBe() {
    try (Storage storage = storage()) {
      for (S3Object missing :
          List.of(object("none.png"), new S3Object("no-such-bucket", "none.png"))) {
        assertThatThrownBy(() -> storage.open(missing))
            .isInstanceOfSatisfying(
                StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.MISSING))
            .hasMessageContaining(missing.toString());
        assertThatThrownBy(() -> storage.size(missing))
            .isInstanceOfSatisfying(
                StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.MISSING));
      }
    }
  }

  @Test
  void aStreamThatBreaksOffGoesOn() throws IOException {
    byte[] content = bytes(1000);
    SERVER.put("cut.bin", content);
    try (FaultyS3 faulty =
            FaultyS3.start(SERVER.endpoint(), (line, count) -> count < 5 ? Fault.CUT : Fault.NONE);
        Storage storage = new Storage(S3Server.settings(faulty.endpoint()))) {
      assertThat(all(storage, object("cut.bin"))).isEqualTo(content);
    }
    try (FaultyS3 faulty =
            FaultyS3.start(SERVER.endpoint(), (line, count) -> count < 3 ? Fault.CUT : Fault.NONE);
        Storage storage = new Storage(S3Server.settings(faulty.endpoint()))) {
      assertThat(storage.read(object("cut.bin"), 100, 500))
          .isEqualTo(Arrays.copyOfRange(content, 100, 600));
    }
  }

  @Test
  void refusalsTellWhatToDo() throws IOException {
    SERVER.put("refused.bin", bytes(10));
    assertThat(refusal(Fault.DENIED).kind()).isEqualTo(Kind.DENIED);
    assertThat(refusal(Fault.EXPIRED))
        .satisfies(e -> assertThat(e.isTransient()).isTrue())
        .hasMessageContaining("ExpiredToken")
        .hasMessageContaining("credentials");
    assertThat(refusal(Fault.MOVED)).hasMessageContaining("--s3-region");
    assertThat(refusal(Fault.SLOW_DOWN).isTransient()).isTrue();
  }

  private static StorageException refusal(Fault fault) throws IOException {
    try (FaultyS3 faulty = FaultyS3.start(SERVER.endpoint(), (line, count) -> fault);
        Storage storage = new Storage(S3Server.settings(faulty.endpoint()))) {
      try {
        storage.read(object("refused.bin"), 0, 10);
        throw new AssertionError("not refused");
      } catch (StorageException e) {
        assertThat(e.getMessage()).contains("s3://pictures/refused.bin").doesNotContain("\n");
        assertThat(e.getMessage()).doesNotContain(S3Server.SECRET, "Signature");
        return e;
      }
    }
  }

  @Test
  void requestsGoThroughTheProxyOfTheirHost() throws Exception {
    byte[] content = bytes(1000);
    SERVER.put("proxied.bin", content);
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    try (FaultyS3 proxy =
        FaultyS3.start(
            SERVER.endpoint(),
            (line, count) -> {
              lines.add(line);
              return Fault.NONE;
            })) {
      S3Settings settings =
          new S3Settings(
              Optional.of(URI.create("http://s3.example.invalid:9000")),
              Optional.empty(),
              true,
              ProxySettings.of(Map.of("http_proxy", proxy.endpoint().toString())));
      try (Storage storage = new Storage(settings)) {
        assertThat(all(storage, object("proxied.bin"))).isEqualTo(content);
      }
      ImageLoader loader =
          new ImageLoader(
              ImageLimits.defaults(),
              new FetchSettings(
                      false, AddressRules.DEFAULT, settings.proxies(), 1, 1, Duration.ofMinutes(1))
                  .withBuckets(settings, Set.of()));
      loader.download(new ImageSource.S3(object("proxied.bin"), false)).get().close();
      loader.cancelDownloads();
    }
    assertThat(lines)
        .hasSize(2)
        .allMatch(
            line -> line.startsWith("GET http://s3.example.invalid:9000/pictures/proxied.bin"));
  }

  @Test
  void objectsAreListedInTheOrderOfTheirKeysByPages() throws IOException {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 1100; i++) {
      keys.add("list/%04d.png".formatted(i));
      SERVER.store(keys.get(i), new byte[] {1, 2});
    }
    SERVER.put("list-not/a.png", new byte[1]);

    try (Storage storage = storage()) {
      assertThat(listed(storage, Optional.empty())).isEqualTo(keys);
      assertThat(listed(storage, Optional.of("list/1050.png"))).isEqualTo(keys.subList(1051, 1100));
    }
  }

  private static List<String> listed(Storage storage, Optional<String> after) throws IOException {
    ObjectListing listing = storage.list(object("list/"), after);
    List<String> keys = new ArrayList<>();
    for (Optional<ObjectListing.Listed> next = listing.next();
        next.isPresent();
        next = listing.next()) {
      assertThat(next.get().size()).isEqualTo(2);
      keys.add(next.get().key());
    }
    return keys;
  }

  @Test
  void anOutputAppearsWhenItIsCommitted() throws IOException {
    for (int length : new int[] {0, 1000, LARGE}) {
      byte[] content = bytes(length);
      String key = "written/" + length;
      try (Storage storage = storage();
          PendingOutput output = storage.begin(object(key))) {
        output.stream().write(content);
        output.stream().flush();
        assertThat(SERVER.has(key)).isFalse();
        output.commit();
      }
      assertThat(SERVER.get(key)).isEqualTo(content);
    }
    assertThat(SERVER.pendingUploads()).isZero();
  }

  @Test
  void anOutputThatIsNotCommittedLeavesTheOlderOneAndNothingElse() throws IOException {
    SERVER.put("older.bin", new byte[] {7});
    try (Storage storage = storage();
        PendingOutput output = storage.begin(object("older.bin"))) {
      OutputStream stream = output.stream();
      stream.write(bytes(LARGE));
      stream.write(1);
      assertThat(SERVER.pendingUploads()).isEqualTo(1);
    }
    assertThat(SERVER.get("older.bin")).isEqualTo(new byte[] {7});
    assertThat(SERVER.pendingUploads()).isZero();
  }

  @Test
  void anInterruptedThreadAbortsItsUpload() throws IOException {
    try (Storage storage = storage();
        PendingOutput output = storage.begin(object("interrupted.bin"))) {
      output.stream().write(bytes(LARGE));
      Thread.currentThread().interrupt();
      assertThatThrownBy(output::commit).hasMessageContaining("was interrupted");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(SERVER.pendingUploads()).isZero();
    assertThat(SERVER.has("interrupted.bin")).isFalse();
  }

  @Test
  void aProcessThatIsToldToEndAbortsItsUpload() throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Daws.accessKeyId=" + System.getProperty("aws.accessKeyId"),
                "-Daws.secretAccessKey=" + S3Server.SECRET,
                "-cp",
                System.getProperty("java.class.path"),
                UnfinishedUpload.class.getName(),
                SERVER.endpoint().toString(),
                object("unfinished.bin").toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader out = writer.inputReader()) {
      assertThat(out.lines().anyMatch(UnfinishedUpload.BEGUN::equals)).isTrue();
      assertThat(SERVER.pendingUploads()).isEqualTo(1);
      writer.destroy();
      assertThat(writer.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      writer.destroyForcibly();
    }
    assertThat(SERVER.pendingUploads()).isZero();
    assertThat(SERVER.has("unfinished.bin")).isFalse();
  }

  @Test
  void partsGrowSoThatTheyAreAtMostTenThousand() {
    long whole = 0;
    for (int part = 0; part < 10_000; part++) {
      whole += ObjectUpload.partSize(part);
    }
    assertThat(ObjectUpload.partSize(0)).isEqualTo(8 << 20);
    assertThat(whole).isGreaterThan(400L << 30);
  }

  @Test
  void onlyFilesAndObjectsAreWritten() throws IOException {
    try (Storage storage = storage()) {
      assertThatThrownBy(() -> storage.begin(new Http(URI.create("http://127.0.0.1:1/x"))))
          .hasMessageContaining("cannot be written");
      assertThatThrownBy(() -> storage.begin(object("folder/")))
          .hasMessageContaining("names no object");
      Path file = folder.resolve("out");
      try (PendingOutput output = storage.begin(new LocalFile(file))) {
        output.stream().write(5);
        assertThat(file).doesNotExist();
        output.commit();
      }
      assertThat(file).hasBinaryContent(new byte[] {5});
    }
  }

  @Test
  void aPageIsReadWholeAndByRanges() throws IOException {
    byte[] content = bytes(5000);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          String range = exchange.getRequestHeaders().getFirst("Range");
          if (path.equals("/moved")) {
            exchange.getResponseHeaders().set("Location", "/ranges");
            exchange.sendResponseHeaders(302, -1);
          } else if (path.equals("/missing")) {
            exchange.sendResponseHeaders(404, -1);
          } else if (range != null && !path.equals("/whole")) {
            String[] ends = range.substring("bytes=".length()).split("-");
            int from = Integer.parseInt(ends[0]);
            int to = Math.min(content.length - 1, Integer.parseInt(ends[1]));
            exchange
                .getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + to + "/" + content.length);
            exchange.sendResponseHeaders(206, to - from + 1L);
            exchange.getResponseBody().write(content, from, to - from + 1);
          } else {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
          }
          exchange.close();
        });
    server.start();
    String base = "http://127.0.0.1:" + server.getAddress().getPort();
    try (Storage storage = new Storage(SERVER.settings())) {
      StorageAddress moved = StorageAddress.parse(base + "/moved");
      assertThat(all(storage, moved)).isEqualTo(content);
      assertThat(storage.size(moved)).isEqualTo(5000);
      assertThat(storage.size(StorageAddress.parse(base + "/whole"))).isEqualTo(5000);
      assertThat(storage.read(moved, 4000, 1000))
          .isEqualTo(Arrays.copyOfRange(content, 4000, 5000));
      assertThatThrownBy(() -> storage.read(moved, 4000, 1001))
          .hasMessageContaining("ends before byte 5001");
      assertThatThrownBy(() -> storage.read(StorageAddress.parse(base + "/whole"), 0, 10))
          .hasMessageContaining("not sent by ranges");
      assertThatThrownBy(() -> storage.open(StorageAddress.parse(base + "/missing?token=hunter2")))
          .hasMessageContaining("HTTP 404")
          .hasMessageNotContaining("hunter2");
      assertThat(storage.requestsUnderWay()).isZero();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void withoutCredentialsTheMessageNamesWhereTheyComeFrom() {
    S3Settings nobody =
        new S3Settings(Optional.of(SERVER.endpoint()), Optional.empty(), true, ProxySettings.NONE);
    String id = System.clearProperty("aws.accessKeyId");
    try (S3Signer signer = new S3Signer(nobody)) {
      assertThatThrownBy(() -> signer.sign(object("a.png")))
          .isInstanceOfSatisfying(StorageException.class, e -> assertThat(e.isTransient()).isTrue())
          .hasMessageContaining("AWS_ACCESS_KEY_ID");
    } finally {
      System.setProperty("aws.accessKeyId", id);
    }
  }

  /** With -Dstfbatch.s3.bytes=3221225472 and a heap of 256 MB this is the long form. */
  @Test
  @Timeout(1800)
  void rangesOfALargeObjectTakeTheirOwnMemoryOnly() throws IOException {
    long size = Long.getLong("stfbatch.s3.bytes", 64L << 20);
    byte[] block = bytes(1 << 20);
    try (Storage storage = storage()) {
      try (PendingOutput output = storage.begin(object("large.bin"))) {
        for (long written = 0; written < size; written += block.length) {
          output.stream().write(block);
        }
        output.commit();
      }
      assertThat(storage.size(object("large.bin"))).isEqualTo(size);

      int length = 100_000;
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      storage.read(object("large.bin"), 0, length);
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      long ranges = 100;
      for (long i = 0; i < ranges; i++) {
        long offset = (size - length) / ranges * i;
        int within = (int) (offset % block.length);
        byte[] read = storage.read(object("large.bin"), offset, length);
        assertThat(read[0]).isEqualTo(block[within]);
        assertThat(read[length - 1]).isEqualTo(block[(within + length - 1) % block.length]);
      }
      long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
      assertThat(allocated / ranges).isLessThan(length + 500_000L);
    }
  }

  @Test
  void aSpooledFileIsPrivateAndDeleted() throws IOException {
    byte[] content = "{}\n".getBytes(StandardCharsets.UTF_8);
    SERVER.put("spool/questions.jsonl", content);
    Path file;
    try (Storage storage = storage();
        SpooledFile spooled = SpooledFile.of(storage, object("spool/questions.jsonl"))) {
      file = spooled.file();
      assertThat(file).hasBinaryContent(content);
      assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    }
    assertThat(file).doesNotExist();
  }
}
