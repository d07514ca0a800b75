package org.stfbatch.image;

import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;

/**
 * A part of the content behind an address (RFC 9110, section 14).
 *
 * @param first offset of the first byte
 * @param length in bytes, at least 1
 */
record ByteRange(long first, int length) {
  static ByteRange of(ImageSource.InShard member) {
    return new ByteRange(member.rangeStart(), member.rangeLength());
  }

  void requestWith(HttpGet request) {
    request.setHeader("Range", "bytes=" + first + "-" + (first + length - 1));
  }

  /** Returns whether a response has this part. */
  boolean isIn(ClassicHttpResponse response) {
    Header sent = response.getFirstHeader("Content-Range");
    return response.getCode() == 206
        && sent != null
        && String.valueOf(sent.getValue()).startsWith("bytes " + first + "-");
  }
}
