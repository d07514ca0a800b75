package org.stfbatch.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxySettingsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http_proxy=http://p:3128 | http://a/ | p:3128",
        "http_proxy=p | http://a/ | p:1080",
        "http_proxy=http://p:3128/ | https://a/ |",
        "HTTPS_PROXY=p:1 | https://a/ | p:1",
        "https_proxy=p:1 HTTPS_PROXY=q:2 | https://a/ | p:1",
        "HTTP_PROXY=p:1 | http://a/ | p:1",
        "HTTP_PROXY=p:1 REQUEST_METHOD=GET | http://a/ |",
        "ALL_PROXY=p:1 | https://a/ | p:1",
        "all_proxy=p:1 http_proxy= | http://a/ | p:1",
        "http_proxy=http://me:secret@[::1]:8 | http://a/ | ::1:8",
        "http_proxy=p:1 no_proxy=* | http://a/ |",
        "http_proxy=p:1 no_proxy=example.org | http://www.example.org/ |",
        "http_proxy=p:1 no_proxy=.example.org | http://example.org/ |",
        "http_proxy=p:1 NO_PROXY=x,Example.org | http://example.ORG./ |",
        "http_proxy=p:1 no_proxy=example.org | http://notexample.org/ | p:1",
        "http_proxy=p:1 no_proxy=example.org:81 | http://example.org/ | p:1",
        "http_proxy=p:1 no_proxy=example.org:81 | http://example.org:81/ |",
        "http_proxy=p:1 no_proxy=127.0.0.1 | http://127.0.0.1:8080/ |",
        "http_proxy=p:1 no_proxy=10.0.0.0/8 | http://10.1.2.3/ |",
        "http_proxy=p:1 no_proxy=10.0.0.0/8 | http://11.1.2.3/ | p:1",
        "http_proxy=p:1 no_proxy=[::1] | http://[::1]/ |",
        "http_proxy=p:1 no_proxy=fd00::/8 | http://[fd01::2]/ |"
      })
  void choosesAsOtherProgramsDo(String environment, String uri, String proxy) {
    ProxySettings settings = ProxySettings.of(environment(environment));
    assertThat(settings.of(URI.create(uri)).map(ProxySettings.Proxy::toString))
        .isEqualTo(Optional.ofNullable(proxy));
  }

  private static Map<String, String> environment(String text) {
    return Stream.of(text.split(" "))
        .map(entry -> entry.split("=", 2))
        .collect(Collectors.toMap(entry -> entry[0], entry -> entry[1]));
  }

  @Test
  void readsTheLogin() {
    ProxySettings settings = ProxySettings.of(Map.of("http_proxy", "http://me:s%40+%3A@p:1"));
    ProxySettings.Proxy proxy = settings.of(URI.create("http://a/")).orElseThrow();
    assertThat(proxy.user()).contains("me");
    assertThat(proxy.password()).isEqualTo("s@+:");
    assertThat(proxy.toString()).doesNotContain("s@");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"socks5://me:secret@p:1", "https://me:secret@p", "http://me:se cret@p", "::"})
  void namesTheVariableThatIsNoProxyAndNotItsValue(String value) {
    assertThatThrownBy(() -> ProxySettings.of(Map.of("HTTPS_PROXY", value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HTTPS_PROXY")
        .hasMessageNotContaining("cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"images.lan", "images.lan:80", "10.0.0.7", "[fd00::7]:8080", "fd00::7"})
  void readsHosts(String host) {
    HostPort parsed = HostPort.parse(host);
    assertThat(parsed.port().isPresent()).isEqualTo(host.matches(".*(lan|]):\\d+"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "http://a", "a:b", "a:0", "a:70000", "[::1"})
  void refusesWhatIsNoHost(String host) {
    assertThatThrownBy(() -> HostPort.parse(host)).isInstanceOf(IllegalArgumentException.class);
  }
}
