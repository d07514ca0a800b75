package org.stfbatch.image;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.zip.ZipException;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.stfbatch.net.HttpClients;
import org.stfbatch.net.HttpRequests;
import org.stfbatch.net.RedirectTarget;
import org.stfbatch.net.RefusedAddressException;
import org.stfbatch.storage.S3Signer;
import org.stfbatch.storage.StorageException;

/**
 * Image downloads over HTTP and from S3 buckets, one attempt a call, with limits on size, progress
 * and redirects. Server errors, "too many requests", timeouts and dropped connections are
 * transient; every other refusal is permanent. Thread safe; a call blocks its thread.
 */
final class HttpFetcher implements Closeable {
  private static final int MOST_REDIRECTS = 5;
  private static final int BEHIND_THE_END = 416;
  private static final int BUFFER = 1 << 16;

  /**
   * The minimum speed, as curl's --speed-time and --speed-limit: at least so many bytes in this
   * time.
   */
  private static final Duration PROGRESS_TIME = Duration.ofSeconds(10);

  private static final int PROGRESS_BYTES = 10 << 10;

  private static final Duration SILENCE = Duration.ofSeconds(20);

  private final ImageLimits limits;
  private final HttpClients clients;
  private final S3Objects objects;

  HttpFetcher(ImageLimits limits, FetchSettings settings) {
    this.limits = limits;
    this.clients =
        new HttpClients(
            new HttpClients.Settings(
                limits.connectTimeout(),
                silence(limits),
                settings.downloads(),
                settings.addresses(),
                settings.proxies()));
    this.objects = new S3Objects(settings.s3(), settings.buckets());
  }

  /** Returns the socket timeout: how long nothing may arrive. */
  private static Duration silence(ImageLimits limits) {
    return SILENCE.compareTo(limits.readTimeout()) < 0 ? SILENCE : limits.readTimeout();
  }

  /**
   * @param transfer cancels the download from another thread
   * @param share grows with the received bytes
   * @throws ImageException if the image cannot be downloaded, now or ever
   * @throws InterruptedException if the thread was interrupted or the transfer cancelled
   */
  byte[] fetch(ImageSource.Remote source, Transfer transfer, ByteBudget.Share share)
      throws ImageException, InterruptedException {
    try {
      if (source instanceof ImageSource.RemoteMember one) {
        ShardFetcher.requireSize(one.member(), limits.maxBytes());
        Optional<ByteRange> range = Optional.of(ByteRange.of(one.member()));
        return ShardFetcher.data(one.member(), content(one.shard(), range, transfer, share));
      }
      return content(source, Optional.empty(), transfer, share);
    } catch (ImageException e) {
      throw e;
    } catch (StorageException e) {
      throw S3Objects.translated(e);
    } catch (IOException | HttpException | RuntimeException e) {
      if (transfer.isCancelled() || Thread.currentThread().isInterrupted()) {
        throw new InterruptedException("a download was ended");
      }
      throw transfer.isExpired() ? timedOut(source, e) : translated(source, e);
    }
  }

  /**
   * @param range empty for the whole content
   * @return empty if the content ends before the range
   */
  private byte[] content(
      ImageSource.Remote source,
      Optional<ByteRange> range,
      Transfer transfer,
      ByteBudget.Share share)
      throws IOException, HttpException, ImageException, InterruptedException {
    return source instanceof ImageSource.S3 object
        ? get(object, range, transfer, share)
        : follow((ImageSource.Http) source, range, transfer, share);
  }

  /** Returns whether a response has what was requested. */
  private static boolean isContent(
      ImageSource.Remote source,
      Optional<ByteRange> range,
      HttpGet request,
      ClassicHttpResponse response)
      throws ImageException {
    boolean isWhole = response.getCode() == 200;
    if (isWhole && range.isPresent()) {
      hangUp(request);
      throw failed(
          source, "is not sent by ranges", "use a server that does, or copy the shard to a disk");
    }
    return range.map(part -> part.isIn(response)).orElse(isWhole);
  }

  private byte[] get(
      ImageSource.S3 source, Optional<ByteRange> range, Transfer transfer, ByteBudget.Share share)
      throws IOException, HttpException, ImageException, InterruptedException {
    S3Signer.Signed signed = objects.sign(source);
    HttpGet request = S3Objects.request(signed);
    range.ifPresent(part -> part.requestWith(request));
    transfer.begin(request);
    try (ClassicHttpResponse response = clients.execute(request, signed.uri(), false)) {
      if (range.isPresent() && response.getCode() == BEHIND_THE_END) {
        return new byte[0];
      }
      if (!isContent(source, range, request, response)) {
        throw S3Objects.refused(source, request, response);
      }
      byte[] data = body(source, request, response, share);
      if (range.isEmpty()) {
        S3Objects.requireUndamaged(source, response, data);
      }
      return data;
    }
  }

  private byte[] follow(
      ImageSource.Http source, Optional<ByteRange> range, Transfer transfer, ByteBudget.Share share)
      throws IOException, HttpException, ImageException, InterruptedException {
    URI uri = source.uri();
    for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
      HttpGet request = request(source, uri);
      range.ifPresent(part -> part.requestWith(request));
      transfer.begin(request);
      try (ClassicHttpResponse response = clients.execute(request, uri, source.fromOutside())) {
        int status = response.getCode();
        if (isContent(source, range, request, response)) {
          return body(source, request, response, share);
        }
        if (!hasShortBody(response)) {
          hangUp(request);
        }
        if (range.isPresent() && status == BEHIND_THE_END) {
          return new byte[0];
        }
        if (!isRedirect(status)) {
          throw refused(source, response);
        }
        uri = redirectTarget(source, uri, header(response, "Location"));
      }
    }
    throw failed(
        source, "redirects more than " + MOST_REDIRECTS + " times", "use its final address");
  }

  private static HttpGet request(ImageSource.Http source, URI uri) throws ImageException {
    try {
      // Images are compressed already; a body that is encoded nevertheless is decoded.
      HttpGet request = HttpRequests.get(uri);
      request.setHeader("Accept", "image/*, */*;q=0.5");
      return request;
    } catch (IllegalArgumentException e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_REFERENCE,
          source.displayName() + " is not a usable http(s) address: correct it",
          e);
    }
  }

  /** Returns whether reading the rest of the body is cheaper than a new connection. */
  private static boolean hasShortBody(ClassicHttpResponse response) {
    HttpEntity entity = response.getEntity();
    return entity == null || entity.getContentLength() >= 0 && entity.getContentLength() <= BUFFER;
  }

  /** Aborts the connection; closing the response would first read the rest of the body. */
  private static void hangUp(HttpGet request) {
    request.cancel();
  }

  private byte[] body(
      ImageSource.Remote source,
      HttpGet request,
      ClassicHttpResponse response,
      ByteBudget.Share share)
      throws IOException, ImageException, InterruptedException {
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      return new byte[0];
    }
    Optional<String> encoding = header(response, "Content-Encoding");
    long announced = entity.getContentLength();
    if (announced > limits.maxBytes()) {
      hangUp(request);
      throw FetchErrors.tooManyBytes(source, announced, limits.maxBytes());
    }
    try (InputStream in = EncodedBody.decoded(entity.getContent(), encoding)) {
      int expected = encoding.isEmpty() && announced > 0 ? (int) announced : BUFFER;
      return whole(source, request, in, expected, share);
    } catch (EncodedBody.UnknownEncodingException e) {
      throw failed(
          source,
          "comes in the Content-Encoding " + shortened(e.getMessage()) + ", which is not known",
          "have the server send it as it is");
    } catch (ZipException e) {
      throw failed(
          source, "has a body that its Content-Encoding cannot unpack", "check the server");
    }
  }

  private byte[] whole(
      ImageSource.Remote source,
      HttpGet request,
      InputStream in,
      int expected,
      ByteBudget.Share share)
      throws IOException, ImageException, InterruptedException {
    boolean read = false;
    try {
      byte[] data = read(source, in, expected, share);
      read = true;
      return data;
    } finally {
      if (!read) {
        hangUp(request);
      }
    }
  }

  private static String shortened(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "..." : text;
  }

  private byte[] read(
      ImageSource.Remote source, InputStream in, int expected, ByteBudget.Share share)
      throws IOException, ImageException, InterruptedException {
    Progress progress = new Progress();
    ByteArrayOutputStream received = new ByteArrayOutputStream(expected);
    byte[] buffer = new byte[BUFFER];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      if (received.size() + (long) n > limits.maxBytes()) {
        throw FetchErrors.tooManyBytes(source, -1, limits.maxBytes());
      }
      share.grow(n);
      received.write(buffer, 0, n);
      if (!progress.isEnough(n)) {
        throw ImageException.transientError(
            ImageErrorCode.IMAGE_FETCH,
            "%s comes too slowly (less than %d bytes in %d s): try again later"
                .formatted(source.displayName(), PROGRESS_BYTES, PROGRESS_TIME.toSeconds()),
            null);
      }
    }
    return received.toByteArray();
  }

  /** Enforces the minimum speed. */
  private static final class Progress {
    private long since = System.nanoTime();
    private long bytes;

    boolean isEnough(int more) {
      bytes += more;
      long now = System.nanoTime();
      if (now - since < PROGRESS_TIME.toNanos()) {
        return true;
      }
      boolean enough = bytes >= PROGRESS_BYTES;
      since = now;
      bytes = 0;
      return enough;
    }
  }

  private static Optional<String> header(ClassicHttpResponse response, String name) {
    Header[] headers = response.getHeaders(name);
    return headers.length == 0 ? Optional.empty() : Optional.ofNullable(headers[0].getValue());
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private static URI redirectTarget(ImageSource.Http source, URI from, Optional<String> location)
      throws ImageException {
    if (location.isEmpty()) {
      throw failed(source, "redirects to nowhere", "use its final address");
    }
    try {
      URI to = RedirectTarget.of(from, location.get());
      if (RedirectTarget.isSafe(from, to)) {
        return to;
      }
    } catch (IllegalArgumentException e) {
      throw failed(source, "redirects to a malformed address", "use its final address");
    }
    throw failed(source, "redirects to another or a less safe protocol", "use its final address");
  }

  private static ImageException refused(ImageSource.Http source, ClassicHttpResponse response) {
    int status = response.getCode();
    if (status == 404 || status == 410) {
      return ImageException.permanent(
          ImageErrorCode.IMAGE_NOT_FOUND,
          source.displayName() + " not found (HTTP " + status + "): check the address");
    }
    if (status >= 500 || status == 408 || status == 425 || status == 429) {
      String message = source.displayName() + " failed with HTTP " + status + ": try again later";
      return retryAfter(response)
          .map(pause -> ImageException.busy(ImageErrorCode.IMAGE_FETCH, message, pause))
          .orElseGet(
              () -> ImageException.transientError(ImageErrorCode.IMAGE_FETCH, message, null));
    }
    return failed(source, "was refused with HTTP " + status, "check the address and the access");
  }

  /**
   * Parses Retry-After: seconds, or a date, which is compared with the server's own clock if the
   * response has a Date.
   */
  static Optional<Duration> retryAfter(ClassicHttpResponse response) {
    Optional<String> value = header(response, "Retry-After").map(String::strip);
    if (value.filter(text -> text.matches("\\d{1,9}")).isPresent()) {
      return value.map(text -> Duration.ofSeconds(Long.parseLong(text)));
    }
    Instant now =
        header(response, "Date").map(DateUtils::parseStandardDate).orElseGet(Instant::now);
    return value
        .map(DateUtils::parseStandardDate)
        .map(then -> Duration.between(now, then))
        .map(pause -> pause.isNegative() ? Duration.ZERO : pause);
  }

  private static ImageException translated(ImageSource.Remote source, Exception cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof RefusedAddressException refused) {
        return ImageException.permanent(
            ImageErrorCode.IMAGE_ADDRESS, source.displayName() + " " + refused.getMessage(), cause);
      }
    }
    if (cause instanceof SocketTimeoutException || cause instanceof ConnectTimeoutException) {
      return timedOut(source, cause);
    }
    return ImageException.transientError(
        ImageErrorCode.IMAGE_FETCH,
        "%s could not be downloaded (%s): check the host and the network"
            .formatted(source.displayName(), reason(cause)),
        cause);
  }

  /**
   * Describes the cause in words: messages of libraries contain class names and whole addresses.
   */
  private static String reason(Exception cause) {
    if (cause instanceof UnknownHostException) {
      return "its host is not known";
    }
    if (cause instanceof EOFException) {
      return "the body broke off";
    }
    if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
      return "no connection";
    }
    if (cause instanceof SSLException) {
      return "TLS failed, " + String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    }
    if (cause instanceof ClientProtocolException
        || cause instanceof HttpException
        || cause instanceof MalformedChunkCodingException) {
      return "the server's answer is no valid HTTP";
    }
    return cause instanceof CancellationException ? "it was ended" : "the connection broke off";
  }

  private static ImageException timedOut(ImageSource.Remote source, Throwable cause) {
    return ImageException.transientError(
        ImageErrorCode.IMAGE_FETCH,
        source.displayName() + " did not arrive in time: try again later",
        cause);
  }

  private static ImageException failed(ImageSource.Remote source, String what, String cure) {
    return ImageException.permanent(
        ImageErrorCode.IMAGE_FETCH, source.displayName() + " " + what + ": " + cure);
  }

  /** Returns how many connections are in use. */
  int leased() {
    return clients.leased();
  }

  /** Closes idle connections and releases credentials; requests may follow. */
  @Override
  public void close() {
    clients.closeIdle();
    objects.close();
  }
}
