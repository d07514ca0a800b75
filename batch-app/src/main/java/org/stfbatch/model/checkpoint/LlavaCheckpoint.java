package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A validated checkpoint of LLaVA-STF or LLaVA-1.5. It may have the layout of LLaVA's authors or
 * that of transformers' {@code LlavaForConditionalGeneration}; names are the authors' in either
 * case. Immutable; has no open files.
 */
public final class LlavaCheckpoint {

  private final Path directory;
  private final SourceLayout layout;
  private final LlavaConfig config;
  private final SortedMap<String, TensorSlice> tensors;
  private final String fingerprint;

  private LlavaCheckpoint(
      Path directory,
      SourceLayout layout,
      LlavaConfig config,
      SortedMap<String, TensorSlice> tensors) {
    this.directory = directory;
    this.layout = layout;
    this.config = config;
    this.tensors = Collections.unmodifiableSortedMap(tensors);
    this.fingerprint = Fingerprint.of(directory, config, tensors.values());
  }

  /**
   * Reads the configuration and the headers of the weight files, and checks that exactly the
   * tensors that the model needs are present, in the right shapes.
   *
   * @param directory the checkpoint's folder
   * @param visionTower the CLIP tower's folder; if empty, the one that {@code config.json} names
   *     (as it stands, beside the checkpoint's folder or in it), otherwise the copy inside the
   *     checkpoint; in the layout of transformers it is always inside
   * @throws CheckpointException naming the file, setting or tensor that cannot be used
   */
  public static LlavaCheckpoint open(Path directory, Optional<Path> visionTower) {
    if (!Files.isDirectory(directory)) {
      throw new CheckpointException(
          "the model %s is not a folder: give the folder that holds config.json"
              .formatted(directory));
    }
    SourceLayout layout = SourceLayout.of(directory);
    LlavaSettings settings = layout.settings();
    SortedMap<String, TensorSlice> own = layout.tensors();
    VisionTower tower =
        visionTower
            .map(folder -> VisionTower.ofFolder(folder, settings.aspect()))
            .orElseGet(() -> layout.tower(settings, own));
    requireWidth(settings, tower);
    Map<String, TensorSlice> model = withMatrices(own);
    FusionShapes fusion = FusionShapes.detect(model, settings, tower.config());
    SortedMap<String, TensorSlice> tensors = new TreeMap<>();
    tensors.putAll(
        TensorCheck.select(directory, tied(model, settings), modelShapes(settings, fusion)));
    tensors.putAll(
        TensorCheck.select(
            tower.origin(), tower.tensors(), ExpectedTensors.vision(tower.config())));
    tensors.values().forEach(LlavaCheckpoint::requireReadable);
    LlavaConfig config =
        new LlavaConfig(
            settings.language(),
            tower.config(),
            fusion.config(),
            tower.image(),
            settings.tokenizerModelMaxLength(),
            settings.torchDtype().orElse(tensors.get(TensorNames.EMBEDDING).dtype().torchName()));
    return new LlavaCheckpoint(directory, layout, config, tensors);
  }

  /**
   * Rejects tensors that can neither be mapped nor, because of their size, be copied into one
   * buffer.
   */
  private static void requireReadable(TensorSlice tensor) {
    boolean mapped = tensor.offset() % tensor.dtype().bytes() == 0;
    if (!mapped && 2 * tensor.byteLength() > Integer.MAX_VALUE) {
      throw new CheckpointException(
          "tensor %s in %s starts at the odd offset %d and is too large to be moved: save the checkpoint again with a current version of safetensors"
              .formatted(tensor.name(), tensor.file(), tensor.offset()));
    }
  }

  private static void requireWidth(LlavaSettings settings, VisionTower tower) {
    int width = settings.clipWidth().orElse(tower.config().hiddenSize());
    if (width != tower.config().hiddenSize()) {
      throw new CheckpointException(
          "the vision tower %s has hidden_size %d, but the checkpoint was made with %d (mm_hidden_size): give the right one with --vision-tower"
              .formatted(tower.origin(), tower.config().hiddenSize(), width));
    }
  }

  private static Map<String, TensorSlice> withMatrices(SortedMap<String, TensorSlice> tensors) {
    Map<String, TensorSlice> matrices = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> matrices.put(name, tensor.as(name, Shapes.asMatrix(tensor.shape()))));
    return matrices;
  }

  /**
   * Adds the output layer of tied embeddings, which is the embedding, whether or not the files
   * contain a copy of it.
   */
  private static Map<String, TensorSlice> tied(
      Map<String, TensorSlice> tensors, LlavaSettings settings) {
    TensorSlice embedding = tensors.get(TensorNames.EMBEDDING);
    if (!settings.tieWordEmbeddings() || embedding == null) {
      return tensors;
    }
    Map<String, TensorSlice> tied = new HashMap<>(tensors);
    tied.put(TensorNames.OUTPUT, embedding.as(TensorNames.OUTPUT, embedding.shape()));
    return tied;
  }

  private static Map<String, List<Long>> modelShapes(LlavaSettings settings, FusionShapes fusion) {
    Map<String, List<Long>> shapes =
        new LinkedHashMap<>(ExpectedTensors.language(settings.language()));
    shapes.putAll(fusion.expected());
    return shapes;
  }

  /** Returns the file layout and the class that loads it in other programs, in words. */
  public String layout() {
    return layout.describe();
  }

  /** Returns a modifiable copy of {@code config.json} in the form of LLaVA's authors. */
  ObjectNode authorsConfig() {
    return layout.authorsConfig();
  }

  /** Returns the reduction of vision work that the checkpoint was tuned with, if there is one. */
  public Optional<YopoTuning> yopoTuning() {
    return YopoTuning.of(layout.authorsConfig());
  }

  /** Returns the model's configuration. */
  public LlavaConfig config() {
    return config;
  }

  /**
   * Returns all tensors that the model uses: language model and projectors under their names in the
   * layout of LLaVA's authors, the vision tower's under those of its own folder ({@code
   * vision_model.*}). 1x1 convolutions have the shape of the equivalent matrix; a tied {@code
   * lm_head.weight} has the location of the embedding.
   */
  public SortedMap<String, TensorSlice> tensors() {
    return tensors;
  }

  /**
   * Returns a short hash of the model, the same for the same weights in any file layout; 16
   * hexadecimal digits.
   */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * Returns a short hash of everything that determines the vision features of an image: the vision
   * tower, the image preprocessing, and the selected blocks.
   */
  public String visionFingerprint() {
    return Fingerprint.ofVision(
        config,
        tensors.values().stream()
            .filter(tensor -> TensorNames.isVisionTower(tensor.name()))
            .toList());
  }

  /** Returns the checkpoint's folder, which also contains the tokenizer. */
  public Path directory() {
    return directory;
  }
}
