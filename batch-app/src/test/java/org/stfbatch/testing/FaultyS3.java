package org.stfbatch.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server in front of an S3-compatible server that passes requests on and makes the faults that a
 * test asks for. Each connection carries one request. It is also an HTTP proxy for that server,
 * whatever host a request names.
 */
public final class FaultyS3 implements AutoCloseable {
  private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");
  private static final int CUT_AFTER = 40;

  private final URI backend;
  private final Faults faults;
  private final ServerSocket socket;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, AtomicInteger> requests = new ConcurrentHashMap<>();
  private final AtomicLong sent = new AtomicLong();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /** What happens to a request. */
  public enum Fault {
    NONE,
    /** 503 SlowDown with Retry-After: 0. */
    SLOW_DOWN,
    /** The connection ends within the body. */
    CUT,
    /** The entity tag is the MD5 of something else. */
    WRONG_TAG,
    /** 403 AccessDenied. */
    DENIED,
    /** 301 to another region. */
    MOVED,
    /** 400 ExpiredToken. */
    EXPIRED
  }

  /** Chooses the fault of a request. */
  @FunctionalInterface
  public interface Faults {
    /**
     * @param line the request line, such as {@code GET /bucket/key?... HTTP/1.1}
     * @param count how often the same line without its query was asked, from 1
     */
    Fault of(String line, int count);
  }

  private FaultyS3(URI backend, Faults faults) throws IOException {
    this.backend = backend;
    this.faults = faults;
    this.socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
  }

  public static FaultyS3 start(URI backend, Faults faults) throws IOException {
    FaultyS3 server = new FaultyS3(backend, faults);
    server.threads.execute(server::accept);
    return server;
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort());
  }

  /** Returns how many bytes of responses were sent. */
  public long sent() {
    return sent.get();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        threads.execute(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    open.add(client);
    try (client) {
      InputStream in = client.getInputStream();
      String head = head(in);
      if (head.isEmpty()) {
        return;
      }
      String line = head.substring(0, head.indexOf("\r\n"));
      String name = line.replaceFirst("\\?\\S*", "");
      int count = requests.computeIfAbsent(name, any -> new AtomicInteger()).incrementAndGet();
      Fault fault = faults.of(line, count);
      OutputStream out = client.getOutputStream();
      switch (fault) {
        case SLOW_DOWN -> refuse(out, "503 Slow Down", "SlowDown", "Retry-After: 0\r\n");
        case DENIED -> refuse(out, "403 Forbidden", "AccessDenied", "");
        case MOVED ->
            refuse(
                out,
                "301 Moved Permanently",
                "PermanentRedirect",
                "x-amz-bucket-region: eu-central-1\r\n");
        case EXPIRED -> refuse(out, "400 Bad Request", "ExpiredToken", "");
        default -> pass(head, in, out, fault);
      }
    } catch (IOException e) {
      // The client or the server went away, which the test observes at its own end.
      return;
    } finally {
      open.remove(client);
    }
  }

  private void refuse(OutputStream out, String status, String code, String header)
      throws IOException {
    String body = "<Error><Code>" + code + "</Code><Message>no</Message></Error>";
    out.write(
        ("HTTP/1.1 %s\r\nContent-Type: application/xml\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n%s"
                .formatted(status, header, body.length(), body))
            .getBytes(StandardCharsets.US_ASCII));
  }

  private void pass(String head, InputStream in, OutputStream out, Fault fault) throws IOException {
    try (Socket server = new Socket(backend.getHost(), backend.getPort())) {
      open.add(server);
      OutputStream to = server.getOutputStream();
      String request = head.replaceFirst("^(\\S+) http://[^/ ]+/", "$1 /");
      to.write(closing(request).getBytes(StandardCharsets.ISO_8859_1));
      if (head.toLowerCase(Locale.ROOT).contains("expect: 100-continue")) {
        out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      copy(in, to, length(head), new AtomicLong());
      to.flush();
      InputStream from = server.getInputStream();
      String response = head(from);
      while (response.startsWith("HTTP/1.1 100")) {
        response = head(from);
      }
      UnaryOperator<String> change =
          fault == Fault.WRONG_TAG
              ? text -> text.replaceFirst("(?im)^etag: .*$", "ETag: \"" + "0".repeat(32) + "\"")
              : text -> text;
      out.write(change.apply(closing(response)).getBytes(StandardCharsets.ISO_8859_1));
      copy(from, out, fault == Fault.CUT ? CUT_AFTER : Long.MAX_VALUE, sent);
      out.flush();
      open.remove(server);
    }
  }

  /** Returns a head that says that the connection ends after the message. */
  private static String closing(String head) {
    String rest = head.replaceAll("(?im)^(connection|expect|upgrade): [^\r]*\r\n", "");
    int end = rest.indexOf("\r\n") + 2;
    return rest.substring(0, end) + "Connection: close\r\n" + rest.substring(end);
  }

  private static long length(String head) {
    Matcher matcher = LENGTH.matcher(head);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int end = 0;
    while (end < 4) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.write(next);
      end = next == (end % 2 == 0 ? '\r' : '\n') ? end + 1 : next == '\r' ? 1 : 0;
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private static void copy(InputStream from, OutputStream to, long most, AtomicLong count)
      throws IOException {
    byte[] buffer = new byte[1 << 16];
    long left = most;
    while (left > 0) {
      int n = from.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        return;
      }
      to.write(buffer, 0, n);
      count.addAndGet(n);
      left -= n;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    threads.shutdown();
    for (Socket one : open) {
      one.close();
    }
    try {
      if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new IOException("requests are still under way");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
