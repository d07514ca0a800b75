package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PublishedResultTest {
  @Test
  void bothPapersRowsOfABenchmarkAreThere() {
    assertThat(PublishedResult.of("pope"))
        .hasSize(18)
        .contains(
            new PublishedResult(
                "LLaVA-STF",
                "LLaVA-1.5",
                OptionalInt.of(576),
                OptionalDouble.of(7.6),
                "pope",
                85.9),
            new PublishedResult(
                "VTC-CLS", "FastV", OptionalInt.of(64), OptionalDouble.empty(), "pope", 35.6));
  }

  @Test
  void everyBenchmarkOfTheTablesIsOneOfTheProgram() {
    for (String name :
        "gqa scienceqa textvqa pope mmbench mmbench-cn vqav2 vizwiz mm-vet seed-bench".split(" ")) {
      assertThat(PublishedResult.of(name)).as(name).isNotEmpty();
      assertThat(Benchmarks.all()).extracting(Benchmark::name).contains(name);
    }
    assertThat(PublishedResult.of("mme")).isEmpty();
  }
}
