package org.stfbatch.image;

import java.util.regex.Pattern;

/** Detects addresses with unsupported schemes, such as {@code gs://}. */
final class OtherAddress {
  private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]{1,30}://.*");

  private OtherAddress() {}

  static boolean isOne(String reference) {
    return SCHEME.matcher(reference).matches();
  }
}
