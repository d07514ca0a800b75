package org.stfbatch.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedirectTargetTest {
  /** The first cases are examples of RFC 3986, section 5.4. */
  @ParameterizedTest
  @CsvSource({
    "http://a/b/c/d?q, ?y, http://a/b/c/d?y",
    "http://a/b/c/d?q, '', http://a/b/c/d?q",
    "http://a/b/c/d?q, #s, http://a/b/c/d?q#s",
    "http://a/b/c/d?q, g?y, http://a/b/c/g?y",
    "http://a/b/c/d?q, ../g, http://a/b/g",
    "http://a/get.php, ?id=7, http://a/get.php?id=7",
    "http://a/b, /my pic.png, http://a/my%20pic.png",
    "http://a/b, /caf\u00e9.png, http://a/caf%C3%A9.png",
    "http://a/b, /a%20b.png, http://a/a%20b.png",
    "http://a/b, https://c/d?e=f|g, https://c/d?e=f%7Cg",
  })
  void itIsTheOneThatABrowserGoesTo(String from, String location, String target) {
    assertThat(RedirectTarget.of(URI.create(from), location)).isEqualTo(URI.create(target));
  }
}
