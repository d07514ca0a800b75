package org.stfbatch.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "http://ann:hunter2@h/x.png | http://***@h/x.png",
        "cannot get https://ann:hunter2@h:8443/x.png?a=1 (404) | cannot get https://***@h:8443/x.png?a=1 (404)",
        "http://hunter2@h/ and http://bob:hunter2@i/ | http://***@h/ and http://***@i/",
        "http://ann:hun@ter2@h/x | http://***@h/x",
        "jdbc:postgresql://h/db?user=ann&password=hunter2&ssl=true | jdbc:postgresql://h/db?user=ann&password=***&ssl=true",
        "jdbc:postgresql://ann:hunter2@h/db | jdbc:postgresql://***@h/db",
        "?sslpassword=hunter2 | ?sslpassword=***",
        "https://b.s3.amazonaws.com/k.png?X-Amz-Credential=hunter2%2Faws4&X-Amz-Date=1&X-Amz-Signature=hunter2 | https://b.s3.amazonaws.com/k.png?X-Amz-Credential=***&X-Amz-Date=1&X-Amz-Signature=***",
        "https://s/k?sv=1&sig=hunter2%3D&se=2 | https://s/k?sv=1&sig=***&se=2",
        "https://s/k?X-Goog-Signature=hunter2 | https://s/k?X-Goog-Signature=***",
        "https://s/k?Policy=hunter2&Signature=hunter2&Key-Pair-Id=hunter2 | https://s/k?Policy=***&Signature=***&Key-Pair-Id=***",
        "https://s/k?access_token=hunter2#f | https://s/k?access_token=***#f",
        "https://s/k?api_key=hunter2&apikey=hunter2 | https://s/k?api_key=***&apikey=***",
        "https://s/k?AWSAccessKeyId=hunter2 | https://s/k?AWSAccessKeyId=***",
        "sasl.jaas.config=org.Module required username=\"ann\" password=\"hun ter2\"; | sasl.jaas.config=org.Module required username=\"ann\" password=***;",
        "ssl.key.password=hunter2 | ssl.key.password=***",
        "?next=http%3A%2F%2Fh%2F%3Ftoken%3Dhunter2 | ?next=http%3A%2F%2Fh%2F%3Ftoken%3D***",
      })
  void secretsAreStarsAndTheRestStays(String text, String masked) {
    assertThat(Secrets.mask(text)).isEqualTo(masked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://h/x.png?width=80&design=signal&author=ann",
        "mail ann@h.example, see https://h/@ann/x.png?mail=a@b",
        "What is 2+2=4? The password is on the sign.",
        "a/b/c.png",
        "the key=5 of the map",
        ""
      })
  void whatIsNoSecretStays(String text) {
    assertThat(Secrets.mask(text)).isEqualTo(text);
  }

  @Test
  void knownValuesAreHiddenWhereverTheyStand() {
    Secrets secrets = Secrets.of(List.of("hunter2", "hunter2-longer", "abc"));

    assertThat(secrets.hide("said hunter2-longer, hunter2 and abc to http://a:b@h/"))
        .isEqualTo("said ***, *** and abc to http://***@h/");
  }

  @Test
  void theSecretsOfAnAddressAreKnownAsTheyStandAndDecoded() {
    assertThat(Secrets.valuesIn("jdbc:postgresql://ann:hun%40ter@h/db?password=s%3Dcret"))
        .contains("ann:hun%40ter", "hun%40ter", "hun@ter", "s%3Dcret", "s=cret");
    assertThat(
            Secrets.of(Secrets.valuesIn("http://ann:hunter2@h/"))
                .hide("UnknownHostException: ann:hunter2@h"))
        .isEqualTo("UnknownHostException: ***@h");
  }

  @Test
  void onlyUrlsAreMaskedAmongReferences() {
    assertThat(Secrets.maskReference("HTTP://a:b@h/x.png")).isEqualTo("HTTP://***@h/x.png");
    assertThat(Secrets.maskReference("folder/token=5.png")).isEqualTo("folder/token=5.png");
    assertThat(Secrets.maskReference("data:image/png;base64,sig=aaaa"))
        .isEqualTo("data:image/png;base64,sig=aaaa");
  }

  /** Texts on which a pattern with backtracking would take quadratic time. */
  @Test
  void longTextsTakeNoLongTime() {
    for (String part : List.of("http://a:", "password", "x-amz-", "a.", "token=", "'=\"")) {
      String text = part.repeat(200_000 / part.length()) + "@=";
      assertTimeout(Duration.ofSeconds(10), () -> Secrets.mask(text), part);
    }
  }
}
