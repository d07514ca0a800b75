package org.stfbatch.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Decodes response bodies with a Content-Encoding. */
final class EncodedBody {
  private static final int MOST_ENCODINGS = 3;

  private EncodedBody() {}

  /** The server uses an unsupported encoding that was not requested. */
  static final class UnknownEncodingException extends IOException {
    private static final long serialVersionUID = 1L;

    UnknownEncodingException(String encodings) {
      super(encodings);
    }
  }

  /**
   * Returns the decoded body. The caller must limit what it reads: compressed data may expand a
   * thousandfold.
   *
   * @param header the value of Content-Encoding
   */
  static InputStream decoded(InputStream body, Optional<String> header) throws IOException {
    List<String> encodings =
        header.stream()
            .flatMap(value -> Stream.of(value.split(",")))
            .map(name -> name.strip().toLowerCase(Locale.ROOT))
            .filter(name -> !name.isEmpty() && !name.equals("identity"))
            .toList();
    if (encodings.size() > MOST_ENCODINGS) {
      throw new UnknownEncodingException(header.orElse(""));
    }
    InputStream decoded = body;
    for (int i = encodings.size() - 1; i >= 0; i--) {
      decoded = decoded(decoded, encodings.get(i));
    }
    return decoded;
  }

  private static InputStream decoded(InputStream body, String encoding) throws IOException {
    return switch (encoding) {
      case "gzip", "x-gzip" -> new GZIPInputStream(body);
      case "deflate" -> inflated(new BufferedInputStream(body));
      default -> throw new UnknownEncodingException(encoding);
    };
  }

  /**
   * Decodes deflate with zlib's header, as RFC 9110 has it, or without, as some servers send it.
   */
  private static InputStream inflated(BufferedInputStream body) throws IOException {
    body.mark(2);
    int first = body.read();
    int second = body.read();
    body.reset();
    boolean zlib = (first & 0x0f) == 8 && (first << 8 | second) % 31 == 0;
    return new InflaterInputStream(body, new Inflater(!zlib));
  }
}
