package org.stfbatch.storage;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.stfbatch.net.AddressRules;
import org.stfbatch.net.HttpClients;
import org.stfbatch.net.HttpRequests;
import org.stfbatch.net.ProxySettings;
import org.stfbatch.net.RedirectTarget;
import org.stfbatch.net.RefusedAddressException;
import org.stfbatch.storage.StorageAddress.Http;
import org.stfbatch.storage.StorageException.Kind;

/**
 * Content at http(s) addresses, one attempt a call. Follows redirects. The clients are made with
 * the first request. Thread safe.
 */
final class HttpPlaces implements AutoCloseable {
  private static final int MOST_REDIRECTS = 5;
  private static final int CONNECTIONS = 256;
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

  private final ProxySettings proxies;
  private HttpClients clients;
  private boolean closed;

  HttpPlaces(ProxySettings proxies) {
    this.proxies = proxies;
  }

  private synchronized HttpClients clients() {
    if (closed) {
      throw new IllegalStateException("the storage is closed");
    }
    if (clients == null) {
      clients =
          new HttpClients(
              new HttpClients.Settings(
                  CONNECT, SILENCE, CONNECTIONS, AddressRules.DEFAULT, proxies));
    }
    return clients;
  }

  /** A successful response, which must be closed. */
  private static final class Response implements AutoCloseable {
    private final Http page;
    private final HttpGet request;
    private final ClassicHttpResponse response;

    Response(Http page, HttpGet request, ClassicHttpResponse response) {
      this.page = page;
      this.request = request;
      this.response = response;
    }

    InputStream body() throws IOException {
      return response.getEntity() == null
          ? InputStream.nullInputStream()
          : response.getEntity().getContent();
    }

    /** Returns the size of the whole content. */
    long size() throws StorageException {
      Optional<Matcher> range = contentRange(response);
      if (range.isPresent()) {
        return Long.parseLong(range.get().group(3));
      }
      long length = response.getEntity() == null ? 0 : response.getEntity().getContentLength();
      if (response.getCode() != 200 || length < 0) {
        throw unusable(page, "does not tell its size", "have the server send Content-Length");
      }
      return length;
    }

    /**
     * Drops the connection, unless the body was read to its end: closing the response would read
     * the rest of it.
     */
    @Override
    public void close() {
      request.cancel();
    }
  }

  InputStream open(Http page) throws StorageException {
    Response response = get(page, Optional.empty());
    try {
      return new Body(page, response);
    } catch (IOException e) {
      response.close();
      throw translated(page, e);
    }
  }

  byte[] read(Http page, long offset, int length) throws StorageException {
    String range = "bytes=" + offset + "-" + (offset + length - 1);
    try (Response response = get(page, Optional.of(range))) {
      Optional<Matcher> sent = contentRange(response.response);
      if (sent.isEmpty() || Long.parseLong(sent.get().group(1)) != offset) {
        throw unusable(page, "is not sent by ranges", "download it, and name the file");
      }
      InputStream body = response.body();
      byte[] data = body.readNBytes(length);
      // The end releases the connection for the next range.
      if (data.length < length || body.read() >= 0) {
        throw LocalPlaces.tooShort(page, offset, length);
      }
      return data;
    } catch (StorageException e) {
      throw e;
    } catch (IOException e) {
      throw translated(page, e);
    }
  }

  /** Asks for one byte: servers answer ranges more reliably than HEAD. */
  long size(Http page) throws StorageException {
    try (Response response = get(page, Optional.of("bytes=0-0"))) {
      return response.size();
    }
  }

  private static Optional<Matcher> contentRange(ClassicHttpResponse response) {
    return response.getCode() == 206
        ? header(response, "Content-Range").map(CONTENT_RANGE::matcher).filter(Matcher::matches)
        : Optional.empty();
  }

  private Response get(Http page, Optional<String> range) throws StorageException {
    URI uri = page.uri();
    try {
      for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
        HttpGet request = request(uri, range);
        ClassicHttpResponse response = clients().execute(request, uri, false);
        int status = response.getCode();
        if (status == 200 || status == 206 && range.isPresent()) {
          return new Response(page, request, response);
        }
        Optional<String> location = header(response, "Location");
        new Response(page, request, response).close();
        if (status / 100 != 3 || location.isEmpty()) {
          throw S3Refusals.ofPage(page.displayName(), status);
        }
        uri = target(page, uri, location.get());
      }
    } catch (StorageException e) {
      throw e;
    } catch (IOException e) {
      throw translated(page, e);
    }
    throw unusable(page, "redirects more than " + MOST_REDIRECTS + " times", "use its end");
  }

  private static HttpGet request(URI uri, Optional<String> range) {
    HttpGet request = HttpRequests.get(uri);
    range.ifPresent(bytes -> request.setHeader("Range", bytes));
    return request;
  }

  private static URI target(Http page, URI from, String location) throws StorageException {
    try {
      URI to = RedirectTarget.of(from, location);
      if (RedirectTarget.isSafe(from, to)) {
        return to;
      }
    } catch (IllegalArgumentException e) {
      throw unusable(page, "redirects to a malformed address", "use its final address");
    }
    throw unusable(page, "redirects to a less safe protocol", "use its final address");
  }

  private static Optional<String> header(ClassicHttpResponse response, String name) {
    Header header = response.getFirstHeader(name);
    return header == null ? Optional.empty() : Optional.ofNullable(header.getValue());
  }

  private static StorageException unusable(Http page, String what, String cure) {
    return new StorageException(Kind.UNUSABLE, page.displayName() + " " + what + ": " + cure, null);
  }

  private static StorageException translated(Http page, IOException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof RefusedAddressException refused) {
        return new StorageException(
            Kind.UNUSABLE, page.displayName() + " " + refused.getMessage(), e);
      }
    }
    String reason =
        e instanceof UnknownHostException
            ? "its host is not known"
            : e instanceof SocketTimeoutException ? "nothing came in time" : "no connection";
    return new StorageException(
        Kind.UNAVAILABLE,
        "%s could not be downloaded (%s): check the host and the network"
            .formatted(page.displayName(), reason),
        e);
  }

  /** The body of a response. */
  private static final class Body extends FilterInputStream {
    private final Http page;
    private final Response response;

    Body(Http page, Response response) throws IOException {
      super(response.body());
      this.page = page;
      this.response = response;
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        throw translated(page, e);
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return super.read(bytes, offset, length);
      } catch (IOException e) {
        throw translated(page, e);
      }
    }

    @Override
    public void close() {
      response.close();
    }
  }

  /** Returns how many connections are in use. */
  synchronized int leased() {
    return clients == null ? 0 : clients.leased();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (clients != null) {
      clients.close();
    }
  }
}
