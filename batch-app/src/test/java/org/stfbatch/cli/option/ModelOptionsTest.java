package org.stfbatch.cli.option;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ModelOptionsTest {

  @ParameterizedTest
  @CsvSource({
    "/models/llava-stf-7b, llava-stf-7b",
    "/models/llava-stf-7b/, llava-stf-7b",
    "/models/finetuned/checkpoint-500, finetuned_checkpoint-500",
    "/checkpoint-500, checkpoint-500",
    "/models/my-checkpoint-500, my-checkpoint-500"
  })
  void answersAreSignedAsInTheOriginal(String folder, String name) {
    ModelOptions model = new ModelOptions();
    new CommandLine(model).parseArgs("--model", folder);

    assertThat(model.name()).isEqualTo(name);
  }
}
