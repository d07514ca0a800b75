package org.stfbatch.image;

import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Downloads images, with a limit on time and size, following a few redirects. What may be gone at
 * the next attempt (server errors, "too many requests", timeouts, dropped connections) is tried
 * again; then, and for every other refusal, the download has failed for good.
 */
final class HttpFetcher {
  private static final int MOST_REDIRECTS = 5;

  private final ImageLimits limits;
  private final Backoff backoff;
  private final HttpClient client;

  HttpFetcher(ImageLimits limits, Backoff backoff) {
    this.limits = limits;
    this.backoff = backoff;
    // Not HTTP/2: its upgrade offer confuses simple servers, and one connection carries one image.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(limits.connectTimeout())
            .build();
  }

  byte[] fetch(ImageSource.Http source) throws ImageException, InterruptedException {
    return backoff.run(() -> download(source));
  }

  private byte[] download(ImageSource.Http source) throws ImageException, InterruptedException {
    URI uri = source.uri();
    for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
      HttpResponse<byte[]> response = exchange(source, uri);
      if (response.statusCode() == 200) {
        return response.body();
      }
      if (!isRedirect(response.statusCode())) {
        throw refused(source, response.statusCode());
      }
      uri = redirectTarget(source, uri, response);
    }
    throw failed(
        source, "redirects more than " + MOST_REDIRECTS + " times", "use its final address");
  }

  private HttpResponse<byte[]> exchange(ImageSource.Http source, URI uri)
      throws ImageException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> pending =
        client.sendAsync(request(source, uri), this::bodyOf);
    try {
      return pending.get(limits.readTimeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw timedOut(source, e);
    } catch (ExecutionException e) {
      throw translated(source, e.getCause());
    } finally {
      pending.cancel(true);
    }
  }

  private static HttpRequest request(ImageSource.Http source, URI uri) throws ImageException {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(uri.toASCIIString()))
              .header("User-Agent", "stf-batch")
              .header("Accept", "image/*, */*;q=0.5");
      if (uri.getRawUserInfo() != null) {
        byte[] login =
            URLDecoder.decode(uri.getRawUserInfo().replace("+", "%2B"), StandardCharsets.UTF_8)
                .getBytes(StandardCharsets.UTF_8);
        request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(login));
      }
      return request.build();
    } catch (IllegalArgumentException e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_REFERENCE,
          source.displayName() + " is not a usable http(s) address: correct it",
          e);
    }
  }

  private HttpResponse.BodySubscriber<byte[]> bodyOf(HttpResponse.ResponseInfo response) {
    return response.statusCode() == 200
        ? new LimitedBody(
            limits.maxBytes(), response.headers().firstValueAsLong("Content-Length").orElse(-1))
        : BodySubscribers.replacing(new byte[0]);
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private static URI redirectTarget(
      ImageSource.Http source, URI from, HttpResponse<byte[]> response) throws ImageException {
    Optional<String> location = response.headers().firstValue("Location");
    if (location.isEmpty()) {
      throw failed(source, "redirects to nowhere", "use its final address");
    }
    try {
      URI to = from.resolve(location.get());
      boolean upgrade = "http".equalsIgnoreCase(from.getScheme());
      boolean allowed =
          to.getHost() != null
              && (from.getScheme().equalsIgnoreCase(to.getScheme())
                  || upgrade && "https".equalsIgnoreCase(to.getScheme()));
      if (allowed) {
        return to;
      }
    } catch (IllegalArgumentException e) {
      throw failed(source, "redirects to a malformed address", "use its final address");
    }
    throw failed(source, "redirects to another or a less safe protocol", "use its final address");
  }

  private static ImageException refused(ImageSource.Http source, int status) {
    if (status == 404 || status == 410) {
      return ImageException.permanent(
          ImageErrorCode.IMAGE_NOT_FOUND,
          source.displayName() + " not found (HTTP " + status + "): check the address");
    }
    if (status >= 500 || status == 408 || status == 425 || status == 429) {
      return ImageException.transientError(
          ImageErrorCode.IMAGE_FETCH,
          source.displayName() + " failed with HTTP " + status + ": try again later",
          null);
    }
    return failed(source, "was refused with HTTP " + status, "check the address and the access");
  }

  private ImageException translated(ImageSource.Http source, Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof LimitedBody.TooLongException tooLong) {
        return FetchErrors.tooManyBytes(source, tooLong.announced(), limits.maxBytes());
      }
    }
    if (cause instanceof HttpTimeoutException) {
      return timedOut(source, cause);
    }
    return ImageException.transientError(
        ImageErrorCode.IMAGE_FETCH,
        source.displayName()
            + " could not be downloaded ("
            + cause.getClass().getSimpleName()
            + "): check the host and the network",
        cause);
  }

  private static ImageException timedOut(ImageSource.Http source, Throwable cause) {
    return ImageException.transientError(
        ImageErrorCode.IMAGE_FETCH,
        source.displayName() + " did not arrive in time: try again later or raise the timeout",
        cause);
  }

  private static ImageException failed(ImageSource.Http source, String what, String cure) {
    return ImageException.permanent(
        ImageErrorCode.IMAGE_FETCH, source.displayName() + " " + what + ": " + cure);
  }
}
