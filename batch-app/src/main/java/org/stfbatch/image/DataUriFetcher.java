package org.stfbatch.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/** Decodes {@code data:} URIs. */
final class DataUriFetcher {
  private static final String BASE64 = ";base64";

  private final long maxBytes;

  DataUriFetcher(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  byte[] fetch(ImageSource.DataUri source) throws ImageException {
    String uri = source.uri();
    int comma = uri.indexOf(',');
    if (comma < 0) {
      throw malformed(source, "it has no comma before the data");
    }
    boolean base64 = uri.substring(0, comma).toLowerCase(Locale.ROOT).endsWith(BASE64);
    long least = base64 ? (uri.length() - comma - 1L) / 4 * 3 - 2 : 0;
    if (least > maxBytes && uri.indexOf('%', comma) < 0) {
      throw FetchErrors.tooManyBytes(source, least, maxBytes);
    }
    byte[] data = percentDecoded(source, uri, comma + 1);
    if (base64) {
      data = base64Decoded(source, data);
    }
    if (data.length == 0) {
      throw malformed(source, "it holds no data");
    }
    if (data.length > maxBytes) {
      throw FetchErrors.tooManyBytes(source, data.length, maxBytes);
    }
    return data;
  }

  private static byte[] percentDecoded(ImageSource.DataUri source, String uri, int from)
      throws ImageException {
    if (uri.indexOf('%', from) < 0) {
      return uri.substring(from).getBytes(StandardCharsets.UTF_8);
    }
    byte[] text = uri.substring(from).getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length);
    for (int i = 0; i < text.length; i++) {
      if (text[i] != '%') {
        out.write(text[i]);
        continue;
      }
      int high = i + 2 < text.length ? Character.digit(text[i + 1], 16) : -1;
      int low = i + 2 < text.length ? Character.digit(text[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        throw malformed(source, "a percent sign is not followed by two hex digits");
      }
      out.write(high << 4 | low);
      i += 2;
    }
    return out.toByteArray();
  }

  private static byte[] base64Decoded(ImageSource.DataUri source, byte[] text)
      throws ImageException {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw malformed(source, "its base64 is broken, " + e.getMessage());
    }
  }

  private static ImageException malformed(ImageSource.DataUri source, String defect) {
    return ImageException.permanent(
        ImageErrorCode.IMAGE_REFERENCE,
        "the data URI "
            + source.displayName()
            + " cannot be used: "
            + defect
            + "; write data:image/png;base64,...");
  }
}
