package org.stfbatch.model.checkpoint;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.stfbatch.model.checkpoint.RopeConfig.Llama3Scaling;

/**
 * Version 1 of the text that a fingerprint hashes: a checkpoint's settings and tensors.
 *
 * <p>This text is frozen. Answers are stored with the fingerprint, and any other character here
 * would assign them to another model. Names, spelling and order must not change, even if the
 * records and enums change that the values come from.
 *
 * <p>A group of settings is {@code Name[first=1, second=2]}, without line breaks. Whole numbers are
 * decimal, other numbers as {@link Double#toString} writes them, lists {@code [1, 2]}; a value may
 * be a group.
 *
 * <p>A new setting is appended to its group, and only if its value is not the one that version 1
 * implied. Checkpoints without it therefore keep their fingerprint.
 */
final class FingerprintText {

  private FingerprintText() {}

  static String language(LlamaConfig config) {
    Group group =
        new Group("LlamaConfig")
            .add("vocabSize", config.vocabSize())
            .add("hiddenSize", config.hiddenSize())
            .add("intermediateSize", config.intermediateSize())
            .add("numHiddenLayers", config.numHiddenLayers())
            .add("numAttentionHeads", config.numAttentionHeads())
            .add("numKeyValueHeads", config.numKeyValueHeads())
            .add("rmsNormEps", config.rmsNormEps())
            .add("ropeTheta", config.rope().theta())
            .add("maxPositionEmbeddings", config.maxPositionEmbeddings())
            .add("bosTokenId", config.bosTokenId())
            .add("eosTokenId", config.eosTokenIds().get(0));
    config.rope().scaling().ifPresent(scaling -> group.add("ropeScaling", llama3(scaling)));
    if (config.eosTokenIds().size() > 1) {
      group.add("eosTokenIds", list(config.eosTokenIds()));
    }
    return group.text();
  }

  private static String llama3(Llama3Scaling scaling) {
    return new Group("Llama3Scaling")
        .add("factor", scaling.factor())
        .add("lowFrequencyFactor", scaling.lowFrequencyFactor())
        .add("highFrequencyFactor", scaling.highFrequencyFactor())
        .add("originalPositions", scaling.originalPositions())
        .text();
  }

  static String vision(ClipVisionConfig config) {
    return new Group("ClipVisionConfig")
        .add("hiddenSize", config.hiddenSize())
        .add("intermediateSize", config.intermediateSize())
        .add("numHiddenLayers", config.numHiddenLayers())
        .add("numAttentionHeads", config.numAttentionHeads())
        .add("imageSize", config.imageSize())
        .add("patchSize", config.patchSize())
        .add("layerNormEps", config.layerNormEps())
        .add("hiddenAct", config.hiddenAct())
        .text();
  }

  static String fusion(FusionConfig config) {
    Group group =
        new Group("FusionConfig")
            .add("hiddenStates", hiddenStates(config))
            .add("multiBlock", config.multiBlock())
            .add("spatial", spatial(config.spatial()))
            .add("trailingGelu", config.trailingGelu());
    config.mini().ifPresent(mini -> group.add("mini", mini(mini)));
    return group.text();
  }

  private static String mini(LlavaMini mini) {
    return new Group("LlavaMini")
        .add("compressorSize", mini.compressorSize())
        .add("prefusionLayers", mini.prefusionLayers())
        .add("resolutionRatio", mini.resolutionRatio())
        .text();
  }

  /** Returns the part of the fusion that decides which pictures the vision tower sees. */
  static String parts(FusionConfig config) {
    return config
        .mini()
        .filter(mini -> mini.parts() > 1)
        .map(mini -> "\nparts=" + mini.parts())
        .orElse("");
  }

  static String hiddenStates(FusionConfig config) {
    return list(config.hiddenStates());
  }

  private static String spatial(SpatialFusion spatial) {
    return new Group("SpatialFusion")
        .add("form", form(spatial.form()))
        .add("kernel", spatial.kernel())
        .add("tokens", spatial.tokens())
        .text();
  }

  private static String form(SpatialFusion.Form form) {
    return switch (form) {
      case NONE -> "NONE";
      case CONCAT -> "CONCAT";
      case CONV -> "CONV";
      case AVERAGE -> "AVERAGE";
      case PACKER -> "PACKER";
    };
  }

  static String image(ImageProcessing image) {
    return new Group("ImageProcessing")
        .add("size", image.size())
        .add("mean", list(image.mean()))
        .add("std", list(image.std()))
        .add("aspect", image.aspect())
        .text();
  }

  /**
   * Returns name, PyTorch's name of the dtype in capitals, and shape, as {@code a.weightFLOAT32[2,
   * 3]}.
   */
  static String tensor(TensorSlice tensor) {
    return tensor.name()
        + tensor.dtype().torchName().toUpperCase(Locale.ROOT)
        + list(tensor.shape());
  }

  private static String list(List<? extends Number> values) {
    return values.stream().map(Number::toString).collect(Collectors.joining(", ", "[", "]"));
  }

  /** A group of settings in the order in which they are added. */
  private static final class Group {
    private final StringJoiner settings;

    Group(String name) {
      this.settings = new StringJoiner(", ", name + "[", "]");
    }

    Group add(String setting, int value) {
      return add(setting, Integer.toString(value));
    }

    Group add(String setting, double value) {
      return add(setting, Double.toString(value));
    }

    Group add(String setting, boolean value) {
      return add(setting, Boolean.toString(value));
    }

    Group add(String setting, String value) {
      settings.add(setting + "=" + value);
      return this;
    }

    String text() {
      return settings.toString();
    }
  }
}
