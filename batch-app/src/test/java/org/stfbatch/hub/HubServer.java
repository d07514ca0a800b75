package org.stfbatch.hub;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Local test hub with the interface of the real one: repositories with commits, paged listings,
 * small files from the hub itself and large ones from a store behind a redirect, which accepts no
 * token. It can break connections, refuse requests, and send wrong bytes.
 */
public final class HubServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAGE = 3;
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** A file of the hub. */
  private record Stored(Bytes bytes, boolean large, long listedSize, String listedChecksum) {}

  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final Map<String, TreeMap<String, Stored>> repositories = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> tokensAtTheStore = new CopyOnWriteArrayList<>();
  private final List<String> proxyLogins = new CopyOnWriteArrayList<>();
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicInteger wrongFiles = new AtomicInteger();
  private final HttpServer hub;
  private final HttpServer store;
  private volatile long cutAfter = Long.MAX_VALUE;
  private volatile boolean ranges = true;
  private volatile int status = 503;
  private volatile Optional<String> token = Optional.empty();

  /** Starts without repositories. */
  public HubServer() throws IOException {
    hub = serve(this::answer);
    store = serve(this::answerFromTheStore);
  }

  private HttpServer serve(HttpHandler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(workers);
    server.createContext("/", handler);
    server.start();
    return server;
  }

  /** Returns the address for {@code HF_ENDPOINT}. */
  public String endpoint() {
    return address(hub);
  }

  private static String address(HttpServer server) {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** Adds a small file. */
  public HubServer has(String repository, String path, byte[] content) {
    return has(repository, path, Bytes.of(content), false);
  }

  HubServer has(String repository, String path, Bytes bytes, boolean large) {
    String checksum = large ? bytes.hex("SHA-256", "") : gitBlob(bytes);
    return lists(repository, path, new Stored(bytes, large, bytes.size(), checksum));
  }

  /** Adds a file whose listing differs from its content. */
  HubServer hasListedAs(String repository, String path, Bytes bytes, long size, Bytes checked) {
    return lists(repository, path, new Stored(bytes, true, size, checked.hex("SHA-256", "")));
  }

  private HubServer lists(String repository, String path, Stored file) {
    repositories.computeIfAbsent(repository, name -> new TreeMap<>()).put(path, file);
    return this;
  }

  private static String gitBlob(Bytes bytes) {
    return bytes.hex("SHA-1", "blob " + bytes.size() + '\0');
  }

  /** Breaks every connection to the store after so many bytes of a file. */
  HubServer cutsAfter(long bytes) {
    cutAfter = bytes;
    return this;
  }

  /** Makes the store ignore Range headers and send whole files. */
  HubServer knowsNoRanges() {
    ranges = false;
    return this;
  }

  /** Answers the next requests to the hub with a status. */
  HubServer refuses(int times, int withStatus) {
    status = withStatus;
    refusals.set(times);
    return this;
  }

  /** Corrupts a byte of the next files from the store. */
  HubServer sendsWrong(int times) {
    wrongFiles.set(times);
    return this;
  }

  /** Requires this token. */
  HubServer wants(String secret) {
    token = Optional.of(secret);
    return this;
  }

  /** Returns the requested paths in order; those of the store with the requested range. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  /** Returns the Authorization headers sent to the store; there should be none. */
  List<String> tokensAtTheStore() {
    return List.copyOf(tokensAtTheStore);
  }

  /** Returns the Proxy-Authorization headers sent to the hub. */
  public List<String> proxyLogins() {
    return proxyLogins;
  }

  private void answer(HttpExchange exchange) throws IOException {
    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Proxy-Authorization"))
        .ifPresent(proxyLogins::add);
    String path = exchange.getRequestURI().getPath();
    requests.add(path);
    if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      send(exchange, status, new byte[0]);
    } else if (!mayRead(exchange)) {
      send(exchange, 401, new byte[0]);
    } else if (path.startsWith("/api/models/")) {
      answerApi(exchange, path.substring("/api/models/".length()));
    } else {
      resolve(exchange, path.substring(1));
    }
  }

  private boolean mayRead(HttpExchange exchange) {
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    return token.isEmpty() || ("Bearer " + token.get()).equals(given);
  }

  private void answerApi(HttpExchange exchange, String path) throws IOException {
    String[] parts = path.split("/", 5);
    TreeMap<String, Stored> files = repositories.get(parts[0] + "/" + parts[1]);
    boolean known = parts[3].equals("main") || parts[3].equals(COMMIT);
    if (files == null || !known) {
      send(exchange, 404, new byte[0]);
    } else if (parts[2].equals("revision")) {
      send(exchange, 200, JSON.createObjectNode().put("sha", COMMIT).toString());
    } else {
      list(exchange, files, parts.length > 4 ? parts[4] + "/" : "");
    }
  }

  private void list(HttpExchange exchange, TreeMap<String, Stored> files, String folder)
      throws IOException {
    List<Map.Entry<String, Stored>> inFolder =
        files.entrySet().stream().filter(file -> file.getKey().startsWith(folder)).toList();
    String query = exchange.getRequestURI().getQuery();
    int start = query == null ? 0 : Integer.parseInt(query.substring("cursor=".length()));
    int end = Math.min(start + PAGE, inFolder.size());
    ArrayNode page = JSON.createArrayNode();
    inFolder.subList(start, end).forEach(file -> page.add(entry(file.getKey(), file.getValue())));
    if (end < inFolder.size()) {
      String next = endpoint() + exchange.getRequestURI().getRawPath() + "?cursor=" + end;
      exchange.getResponseHeaders().add("Link", "<" + next + ">; rel=\"next\"");
    }
    send(exchange, inFolder.isEmpty() ? 404 : 200, page.toString());
  }

  private static ObjectNode entry(String path, Stored file) {
    ObjectNode entry = JSON.createObjectNode();
    entry.put("type", "file").put("path", path).put("size", file.listedSize());
    entry.put("oid", file.large() ? COMMIT : file.listedChecksum());
    if (file.large()) {
      entry.putObject("lfs").put("oid", file.listedChecksum()).put("size", file.listedSize());
    }
    return entry;
  }

  private void resolve(HttpExchange exchange, String path) throws IOException {
    String[] parts = path.split("/", 5);
    Stored file = repositories.get(parts[0] + "/" + parts[1]).get(parts[4]);
    if (file == null || !parts[3].equals(COMMIT)) {
      send(exchange, 404, new byte[0]);
    } else if (file.large()) {
      String place = "/" + parts[0] + "/" + parts[1] + "/" + parts[4];
      exchange.getResponseHeaders().add("Location", address(store) + encoded(place));
      send(exchange, 302, new byte[0]);
    } else {
      send(exchange, 200, file.bytes().read(0, (int) file.bytes().size()));
    }
  }

  private static String encoded(String path) {
    try {
      return new URI(null, null, path, null).getRawPath();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(path, e);
    }
  }

  private void answerFromTheStore(HttpExchange exchange) throws IOException {
    String[] parts = exchange.getRequestURI().getPath().substring(1).split("/", 3);
    Bytes bytes = repositories.get(parts[0] + "/" + parts[1]).get(parts[2]).bytes();
    String range = exchange.getRequestHeaders().getFirst("Range");
    requests.add("store " + parts[2] + (range == null ? "" : " " + range));
    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
        .ifPresent(tokensAtTheStore::add);
    long start =
        range == null || !ranges ? 0 : Long.parseLong(range.replaceAll("bytes=(\\d+)-", "$1"));
    if (start > 0) {
      exchange
          .getResponseHeaders()
          .add("Content-Range", "bytes %d-%d/%d".formatted(start, bytes.size() - 1, bytes.size()));
    }
    exchange.sendResponseHeaders(start > 0 ? 206 : 200, bytes.size() - start);
    boolean wrong = wrongFiles.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    try (exchange) {
      copy(bytes, start, wrong, exchange.getResponseBody());
    }
  }

  /** Writes the content; closing an exchange early breaks the connection. */
  private void copy(Bytes bytes, long start, boolean wrong, OutputStream out) throws IOException {
    long end = Math.min(bytes.size(), start + Math.min(cutAfter, bytes.size()));
    for (long at = start; at < end; ) {
      byte[] block = bytes.read(at, (int) Math.min(1 << 20, end - at));
      if (wrong && at == start) {
        block[block.length / 2] ^= 1;
      }
      out.write(block);
      at += block.length;
    }
    out.flush();
  }

  private static void send(HttpExchange exchange, int status, String json) throws IOException {
    send(exchange, status, json.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    hub.stop(0);
    store.stop(0);
    workers.shutdownNow();
  }

  /** Content that is computed at any position and not stored. */
  interface Bytes {
    long size();

    byte[] read(long position, int length);

    static Bytes of(byte[] content) {
      return new Bytes() {
        @Override
        public long size() {
          return content.length;
        }

        @Override
        public byte[] read(long position, int length) {
          return Arrays.copyOfRange(content, (int) position, (int) position + length);
        }
      };
    }

    /** Returns pseudo-random bytes. */
    static Bytes generated(long size, long seed) {
      return new Bytes() {
        @Override
        public long size() {
          return size;
        }

        @Override
        public byte[] read(long position, int length) {
          byte[] bytes = new byte[length];
          for (int i = 0; i < length; i++) {
            long at = position + i;
            long mixed = ((at >> 3) + seed) * 0x9E3779B97F4A7C15L;
            bytes[i] = (byte) (mixed >> ((at & 7) * 8));
          }
          return bytes;
        }
      };
    }

    default String hex(String algorithm, String before) {
      try {
        MessageDigest digest = MessageDigest.getInstance(algorithm);
        digest.update(before.getBytes(StandardCharsets.US_ASCII));
        for (long at = 0; at < size(); at += 1 << 20) {
          digest.update(read(at, (int) Math.min(1 << 20, size() - at)));
        }
        return HexFormat.of().formatHex(digest.digest());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
