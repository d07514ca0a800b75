package org.stfbatch.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.model.checkpoint.RopeConfig.Llama3Scaling;

/** Fingerprints are stored with answers: they are stable and distinguish models. */
class FingerprintTest {

  private static final Llama3Scaling SCALING = new Llama3Scaling(8, 1, 4, 8192);

  private static final LlavaConfig CONFIG =
      new LlavaConfig(
          new LlamaConfig(32000, 4096, 11008, 32, 32, 8, 1e-5, 10_000, 4096, 1, 2),
          ClipVisionConfig.LARGE_336,
          new FusionConfig(List.of(23, 18), true, SpatialFusion.CONCAT, false),
          new ImageProcessing(336, List.of(0.48145466, 0.5), List.of(0.26862954, 1.0), "pad"),
          2048,
          "bfloat16");

  @ParameterizedTest
  @CsvSource({
    "tiny, 131158bc3c1e1c3a, cf375d89f8cd7e36",
    "tiny-sharded, 60e7a3b330009793, cf375d89f8cd7e36",
    "tiny-safetensors, 131158bc3c1e1c3a, cf375d89f8cd7e36",
    "tiny-bf16-safetensors, 060bd0b3a2aa5f1c, cf375d89f8cd7e36",
    "small, dbad1ff428986340, 20cd47e783340b90",
    "small-llava15, de71d95291ce04dc, 5f221cb9781d1937"
  })
  void thoseOfRecordedCheckpointsStay(String name, String fingerprint, String vision) {
    LlavaCheckpoint checkpoint =
        LlavaCheckpoint.open(RecordedCheckpoints.folder(name), Optional.empty());

    assertThat(checkpoint.fingerprint()).isEqualTo(fingerprint);
    assertThat(checkpoint.visionFingerprint()).isEqualTo(vision);
  }

  @Test
  void theTextOfVersionOneStays() {
    assertThat(FingerprintText.language(CONFIG.language()))
        .isEqualTo(
            "LlamaConfig[vocabSize=32000, hiddenSize=4096, intermediateSize=11008, numHiddenLayers=32,"
                + " numAttentionHeads=32, numKeyValueHeads=8, rmsNormEps=1.0E-5, ropeTheta=10000.0,"
                + " maxPositionEmbeddings=4096, bosTokenId=1, eosTokenId=2]");
    assertThat(FingerprintText.vision(CONFIG.vision()))
        .isEqualTo(
            "ClipVisionConfig[hiddenSize=1024, intermediateSize=4096, numHiddenLayers=24, numAttentionHeads=16,"
                + " imageSize=336, patchSize=14, layerNormEps=1.0E-5, hiddenAct=quick_gelu]");
    assertThat(FingerprintText.fusion(CONFIG.fusion()))
        .isEqualTo(
            "FusionConfig[hiddenStates=[23, 18], multiBlock=true,"
                + " spatial=SpatialFusion[form=CONCAT, kernel=2, tokens=1], trailingGelu=false]");
    assertThat(FingerprintText.image(CONFIG.image()))
        .isEqualTo(
            "ImageProcessing[size=336, mean=[0.48145466, 0.5], std=[0.26862954, 1.0], aspect=pad]");
    assertThat(
            FingerprintText.tensor(
                new TensorSlice("a.weight", Path.of("f"), 0, DType.BFLOAT16, List.of(2L, 3L))))
        .isEqualTo("a.weightBFLOAT16[2, 3]");
  }

  @ParameterizedTest
  @CsvSource({"NONE, 1, 1", "CONV, 2, 1", "AVERAGE, 2, 1", "CONCAT, 4, 8"})
  void theTextOfEachFormStays(SpatialFusion.Form form, int kernel, int tokens) {
    assertThat(
            FingerprintText.fusion(
                new FusionConfig(
                    List.of(23), false, new SpatialFusion(form, kernel, tokens), true)))
        .isEqualTo(
            "FusionConfig[hiddenStates=[23], multiBlock=false, spatial=SpatialFusion[form=%s, kernel=%d, tokens=%d], trailingGelu=true]"
                .formatted(form.name(), kernel, tokens));
  }

  /** Fails if a setting is added to a record without adding it to the fingerprint. */
  @Test
  void everySettingChangesTheFingerprint(@TempDir Path folder) {
    Map<String, Object> variants = variants(CONFIG);
    // Not part of the text: tensors have their own dtypes.
    variants.remove("torchDtype");
    assertThat(variants).hasSizeGreaterThan(25);

    assertThat(variants.values().stream().map(config -> of(folder, (LlavaConfig) config)))
        .doesNotHaveDuplicates()
        .doesNotContain(of(folder, CONFIG));
  }

  @Test
  void theSizesOfLlavaMiniAreInTheFingerprint(@TempDir Path folder) {
    List<LlavaConfig> configs =
        Stream.of(
                new LlavaMini(1, 4, 1),
                new LlavaMini(2, 4, 1),
                new LlavaMini(1, 3, 1),
                new LlavaMini(1, 4, 2))
            .map(FingerprintTest::with)
            .toList();

    assertThat(configs.stream().map(config -> of(folder, config))).doesNotHaveDuplicates();
    // Only the number of parts decides what the tower sees.
    assertThat(configs.stream().map(config -> Fingerprint.ofVision(config, List.of())).distinct())
        .containsExactly(
            Fingerprint.ofVision(CONFIG, List.of()),
            Fingerprint.ofVision(configs.get(3), List.of()));
  }

  @Test
  void everySettingOfScaledPositionsIsInTheFingerprint() {
    Map<String, Object> variants = variants(SCALING);
    variants.put("none", SCALING);
    assertThat(variants.values().stream().map(scaling -> language((Llama3Scaling) scaling)))
        .doesNotHaveDuplicates();
    assertThat(language(SCALING))
        .endsWith(
            "eosTokenId=2, ropeScaling=Llama3Scaling[factor=8.0, lowFrequencyFactor=1.0, highFrequencyFactor=4.0, originalPositions=8192]]");
  }

  private static String language(Llama3Scaling scaling) {
    RopeConfig rope = new RopeConfig(10_000, Optional.of(scaling));
    return FingerprintText.language(
        new LlamaConfig(32000, 4096, 11008, 32, 32, 8, 1e-5, rope, 4096, 1, List.of(2)));
  }

  private static LlavaConfig with(LlavaMini mini) {
    FusionConfig fusion = CONFIG.fusion();
    return new LlavaConfig(
        CONFIG.language(),
        CONFIG.vision(),
        new FusionConfig(
            fusion.hiddenStates(),
            fusion.multiBlock(),
            fusion.spatial(),
            fusion.trailingGelu(),
            Optional.of(mini)),
        CONFIG.image(),
        CONFIG.tokenizerModelMaxLength(),
        CONFIG.torchDtype());
  }

  @Test
  void theTowersFingerprintIsAboutTheTowerAlone() {
    Map<String, Object> variants = variants(CONFIG);
    List<String> changing =
        variants.entrySet().stream()
            .filter(
                variant ->
                    !Fingerprint.ofVision((LlavaConfig) variant.getValue(), List.of())
                        .equals(Fingerprint.ofVision(CONFIG, List.of())))
            .map(Map.Entry::getKey)
            .toList();

    assertThat(changing)
        .containsExactlyElementsOf(
            variants.keySet().stream()
                .filter(
                    name ->
                        name.startsWith("vision.")
                            || name.startsWith("image.")
                            || name.equals("fusion.hiddenStates"))
                .toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tokenizer.model",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "added_tokens.json"
      })
  void everyFileOfTheTokenizerChangesTheFingerprint(String name, @TempDir Path folder)
      throws IOException {
    String without = of(folder, CONFIG);
    Files.writeString(folder.resolve(name), "a");
    String one = of(folder, CONFIG);
    Files.writeString(folder.resolve(name), "b");

    assertThat(List.of(without, one, of(folder, CONFIG))).doesNotHaveDuplicates();
  }

  @Test
  void nameTypeShapeAndBytesOfATensorChangeTheFingerprint(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("weights"), new byte[16]);
    Path other = Files.write(folder.resolve("others"), new byte[] {0, 0, 0, 0, 0, 0, 0, 1});

    assertThat(
            Stream.of(
                    new TensorSlice("a", file, 0, DType.FLOAT32, List.of(1L, 2L)),
                    new TensorSlice("b", file, 0, DType.FLOAT32, List.of(1L, 2L)),
                    new TensorSlice("a", file, 0, DType.FLOAT16, List.of(1L, 2L)),
                    new TensorSlice("a", file, 0, DType.FLOAT32, List.of(2L, 1L)),
                    new TensorSlice("a", other, 0, DType.FLOAT32, List.of(1L, 2L)))
                .map(tensor -> Fingerprint.of(folder, CONFIG, List.of(tensor))))
        .doesNotHaveDuplicates();
  }

  private static String of(Path folder, LlavaConfig config) {
    return Fingerprint.of(folder, config, List.of());
  }

  /**
   * Returns copies of the record with one value changed, for each value in it and in nested
   * records.
   */
  private static Map<String, Object> variants(Record record) {
    RecordComponent[] components = record.getClass().getRecordComponents();
    Map<String, Object> variants = new LinkedHashMap<>();
    for (int i = 0; i < components.length; i++) {
      Object value = values(record).get(i);
      String name = components[i].getName();
      if (value instanceof Record inner) {
        int at = i;
        variants(inner)
            .forEach((field, other) -> variants.put(name + "." + field, with(record, at, other)));
      } else {
        variants.put(name, with(record, i, other(components[i], value)));
      }
    }
    return variants;
  }

  private static Object other(RecordComponent component, Object value) {
    if (value instanceof Integer number) {
      return number + 1;
    } else if (value instanceof Double number) {
      return number * 2;
    } else if (value instanceof Boolean flag) {
      return !flag;
    } else if (value instanceof String text) {
      return text + "x";
    } else if (value instanceof List<?> list) {
      return list.size() == 1 ? List.of(list.get(0), 7) : List.of(list.get(1), list.get(0));
    } else if (value instanceof SpatialFusion.Form form) {
      return SpatialFusion.Form.values()[(form.ordinal() + 1) % 4];
    } else if (value instanceof Optional<?> absent && absent.isEmpty()) {
      return Optional.of(component.getName().equals("scaling") ? SCALING : new LlavaMini(2, 4, 1));
    }
    throw new IllegalArgumentException("no other value is known for " + value);
  }

  private static Record with(Record record, int at, Object value) {
    List<Object> values = values(record);
    values.set(at, value);
    Class<?>[] types =
        Stream.of(record.getClass().getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      return record.getClass().getDeclaredConstructor(types).newInstance(values.toArray());
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Object> values(Record record) {
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      try {
        values.add(component.getAccessor().invoke(record));
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new AssertionError(e);
      }
    }
    return values;
  }
}
