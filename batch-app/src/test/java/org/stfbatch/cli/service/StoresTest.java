package org.stfbatch.cli.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stfbatch.job.InputException;

class StoresTest {
  private static final Path GIVEN = Path.of("/srv/given");

  private static Stores stores(Map<String, String> environment, Path home) {
    Stores stores = new Stores(environment);
    stores.setHome(home);
    return stores;
  }

  @Test
  void theHomeThatIsGivenNeedsNoHomeOfTheUser() {
    for (Map<String, String> environment :
        List.of(Map.<String, String>of(), Map.of("HOME", ""), Map.of("HOME", "/u"))) {
      assertThat(stores(environment, GIVEN).home()).isEqualTo(GIVEN);
    }
    assertThat(stores(Map.of("HOME", "/u"), null).home()).isEqualTo(Path.of("/u/.stf-batch"));
    assertThat(stores(Map.of("HOME", "/u"), Path.of("")).home())
        .isEqualTo(Path.of("/u/.stf-batch"));
  }

  @Test
  void withoutAnyHomeItIsSaidWhatToSet() {
    for (Map<String, String> environment : List.of(Map.<String, String>of(), Map.of("HOME", ""))) {
      Stores stores = stores(environment, null);

      assertThatThrownBy(stores::home)
          .isInstanceOf(InputException.class)
          .hasMessageContaining("HOME is not set")
          .hasMessageContaining("--home DIR")
          .hasMessageContaining("STF_BATCH_HOME");
      assertThat(stores.serverFolders()).isEmpty();
    }
  }
}
