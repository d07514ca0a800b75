package org.stfbatch.hub;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Selects the files of a repository folder that a model is loaded from. Repositories also hold
 * optimizer states, weights of other frameworks and the same weights in several formats.
 */
final class CheckpointFiles {
  private static final Set<String> DESCRIPTIONS =
      Set.of(
          "config.json",
          "generation_config.json",
          "preprocessor_config.json",
          "processor_config.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json");

  /** In order of precedence: the first that exists is used. */
  private static final List<String> TOKENIZERS = List.of("tokenizer.model", "tokenizer.json");

  private static final String INDEX = ".index.json";

  /** In the order in which a checkpoint's folder is read; one of these is enough. */
  private static final List<String> WEIGHTS =
      List.of(
          "model.safetensors",
          "model.safetensors" + INDEX,
          "pytorch_model.bin",
          "pytorch_model.bin" + INDEX);

  private CheckpointFiles() {}

  /**
   * @throws HubException if the folder has no weights
   */
  static List<HubFile> needed(HubFolder folder, List<HubFile> all) {
    Optional<String> weights = first(WEIGHTS, all);
    if (weights.isEmpty()) {
      throw HubException.permanent(
          "%s holds no weights (one of %s): give the folder that does, as OWNER/NAME/FOLDER"
              .formatted(folder, String.join(", ", WEIGHTS)));
    }
    Optional<String> tokenizer = first(TOKENIZERS, all);
    return all.stream()
        .filter(
            file ->
                DESCRIPTIONS.contains(file.name())
                    || tokenizer.filter(file.name()::equals).isPresent()
                    || file.name().equals(weights.get())
                    || isShard(file.name(), weights.get()))
        .toList();
  }

  private static Optional<String> first(List<String> names, List<HubFile> all) {
    return names.stream()
        .filter(name -> all.stream().anyMatch(file -> file.name().equals(name)))
        .findFirst();
  }

  /** Matches {@code model-00001-of-00003.safetensors} for {@code model.safetensors.index.json}. */
  private static boolean isShard(String name, String weights) {
    if (!weights.endsWith(INDEX)) {
      return false;
    }
    String whole = weights.substring(0, weights.length() - INDEX.length());
    int dot = whole.lastIndexOf('.');
    return Pattern.matches(
        Pattern.quote(whole.substring(0, dot))
            + "-\\d+-of-\\d+"
            + Pattern.quote(whole.substring(dot)),
        name);
  }
}
