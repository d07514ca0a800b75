package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.SpatialFusion;

/** Declarations in the TorchScript sources. */
class TorchSourcesTest {
  private static final Pattern CONSTANT =
      Pattern.compile("def (\\w+)\\(\\) -> int:\\n    return (\\d+)");

  @Test
  void constantsHaveTheNamesAndNumbersOfJavasEnums() throws IOException {
    assertThat(constants("weight_format"))
        .isEqualTo(numbers(WeightFormat.values(), WeightFormat::torchCode));
    assertThat(constants("spatial_form"))
        .isEqualTo(numbers(SpatialFusion.Form.values(), SpatialFusion.Form::torchCode));
    assertThat(constants("compression_method"))
        .isEqualTo(numbers(CompressionSetup.Method.values(), CompressionSetup.Method::torchCode));
    assertThat(numbers(DType.values(), DType::torchCode)).containsAllEntriesOf(constants("dtype"));
  }

  @Test
  void anArchiveForInferenceHasNoTrainingCode() {
    assertThat(TorchArchive.files(LlavaModel.ROOT))
        .contains("clip", "fusion", "llama", "sampling", "tracing")
        .noneMatch(file -> file.contains("training") || file.equals("regions"));
    assertThat(TorchArchive.files(TrainableModel.ROOT))
        .contains("llava", "clip_training", "fusion_training", "llama_training", "regions");
  }

  private static Map<String, Integer> constants(String file) throws IOException {
    try (InputStream in = LlavaModel.class.getResourceAsStream(file + ".py")) {
      return CONSTANT
          .matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .results()
          .collect(
              Collectors.toMap(
                  m -> m.group(1), m -> Integer.valueOf(m.group(2)), (a, b) -> a, TreeMap::new));
    }
  }

  private static <E extends Enum<E>> Map<String, Integer> numbers(
      E[] values, ToIntFunction<E> number) {
    return Arrays.stream(values).collect(Collectors.toMap(Enum::name, number::applyAsInt));
  }
}
