package org.stfbatch.cli.live;

import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stfbatch.base.Digests;

/** Content Security Policy of the served pages (Content Security Policy Level 3). */
final class ContentPolicy {
  /** Allows nothing: for responses that are not pages. */
  static final String NOTHING = "default-src 'none'; frame-ancestors 'none'";

  private static final Pattern STYLE = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL);
  private static final Pattern SCRIPT = Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL);

  private ContentPolicy() {}

  /**
   * Returns the policy of a page: its own styles and scripts, by their hashes, and requests to its
   * own server.
   */
  static String of(String page) {
    return "default-src 'none'; script-src"
        + hashes(SCRIPT.matcher(page))
        + "; style-src"
        + hashes(STYLE.matcher(page))
        + "; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  }

  private static String hashes(Matcher elements) {
    StringBuilder hashes = new StringBuilder();
    while (elements.find()) {
      hashes.append(" 'sha256-").append(hash(elements.group(1))).append("'");
    }
    return hashes.toString();
  }

  private static String hash(String text) {
    return Base64.getEncoder().encodeToString(Digests.sha256(text));
  }
}
