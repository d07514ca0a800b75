package org.stfbatch.secret;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Masks secrets in texts with three stars: the user information of URLs, values of parameters and
 * settings whose names are those of passwords, and signatures of signed URLs. Immutable and thread
 * safe.
 */
public final class Secrets {
  /** Masks secrets of known forms only. */
  public static final Secrets NONE = new Secrets(List.of());

  private static final String STARS = "***";

  /** Shorter values occur in ordinary texts by chance. */
  private static final int SHORTEST = 4;

  private static final Pattern USER_INFO =
      Pattern.compile(
          "(?<![a-zA-Z0-9+.-])([a-zA-Z][a-zA-Z0-9+.-]{0,40}://)([^\\s/?#\"'<>]{0,2000})@");

  /** Parameter names of S3, Google Cloud, Azure, CloudFront, and usual names of API keys. */
  private static final Pattern SETTING =
      Pattern.compile(
          "((?<![a-z0-9])(?:[a-z0-9_.-]{0,40}"
              + "(?:password|passwd|passphrase|secret|token|signature|credential|api[_-]?key|access[_-]?key(?:id)?)"
              + "|x-amz-[a-z-]{0,40}(?:signature|credential|security-token)"
              + "|pwd|sig|hmac|auth|authorization|policy|key-pair-id|subscription-key)"
              + "\\s?(?:=|%3d))"
              + "(\"[^\"]{0,4000}\"|'[^']{0,4000}'|[^&\\s\"'<>;,)#]{1,4000})",
          Pattern.CASE_INSENSITIVE);

  private final List<String> values;

  private Secrets(List<String> values) {
    this.values = values;
  }

  /**
   * Returns an instance that also masks these values everywhere. Values of fewer than four
   * characters are ignored.
   */
  public static Secrets of(Collection<String> values) {
    return new Secrets(
        values.stream()
            .filter(value -> value != null && value.length() >= SHORTEST)
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList());
  }

  /**
   * Returns the secrets of known forms in a text, as written and URL-decoded, because libraries
   * quote parts of the URL that they are given in either form.
   */
  public static List<String> valuesIn(String text) {
    List<String> found = new ArrayList<>();
    USER_INFO.matcher(text).results().forEach(match -> addUser(match.group(2), found));
    SETTING.matcher(text).results().forEach(match -> add(match.group(2), found));
    return found;
  }

  private static void addUser(String userInfo, List<String> found) {
    add(userInfo, found);
    int colon = userInfo.indexOf(':');
    if (colon >= 0) {
      add(userInfo.substring(colon + 1), found);
    }
  }

  private static void add(String value, List<String> found) {
    found.add(value);
    try {
      found.add(URLDecoder.decode(value, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      // The value is not URL-encoded.
      return;
    }
  }

  /** Returns a text with secrets of known forms masked. */
  public static String mask(String text) {
    String masked = text;
    if (masked.contains("://") && masked.indexOf('@') >= 0) {
      masked = USER_INFO.matcher(masked).replaceAll("$1" + STARS + "@");
    }
    boolean settings = masked.indexOf('=') >= 0 || masked.contains("%3");
    return settings ? SETTING.matcher(masked).replaceAll("$1" + STARS) : masked;
  }

  /**
   * Returns an image reference, masked if it is a URL. Paths and data URIs do not contain secrets.
   */
  public static String maskReference(String reference) {
    boolean url =
        reference.regionMatches(true, 0, "http:", 0, 5)
            || reference.regionMatches(true, 0, "https:", 0, 6);
    return url ? mask(reference) : reference;
  }

  /** Returns a text with secrets of known forms and known values masked. */
  public String hide(String text) {
    String hidden = text;
    for (String value : values) {
      hidden = hidden.replaceAll(Pattern.quote(value), Matcher.quoteReplacement(STARS));
    }
    return mask(hidden);
  }
}
