package org.stfbatch.net;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.hc.client5.http.classic.methods.HttpGet;

/** GET requests for content that is wanted as it is stored. */
public final class HttpRequests {
  private HttpRequests() {}

  /**
   * Returns a request that asks for no content encoding. User name and password of the address are
   * sent by basic authentication, not in the request line.
   *
   * @throws IllegalArgumentException if the address cannot be requested
   */
  public static HttpGet get(URI address) {
    HttpGet request = new HttpGet(withoutLogin(address));
    request.setHeader("Accept-Encoding", "identity");
    if (address.getRawUserInfo() != null) {
      byte[] login =
          // A URLDecoder takes a plus sign for a space, as in forms.
          URLDecoder.decode(address.getRawUserInfo().replace("+", "%2B"), StandardCharsets.UTF_8)
              .getBytes(StandardCharsets.UTF_8);
      request.setHeader("Authorization", "Basic " + Base64.getEncoder().encodeToString(login));
    }
    return request;
  }

  private static URI withoutLogin(URI address) {
    String text = address.toASCIIString();
    return URI.create(
        address.getRawUserInfo() == null ? text : text.replaceFirst("//[^/?#]*@", "//"));
  }
}
