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
 * A checkpoint of LLaVA-STF or LLaVA-1.5, found complete and consistent. It may have the layout of
 * LLaVA's authors or that of transformers' {@code LlavaForConditionalGeneration}; what is read has
 * the authors' names in either case. Immutable; it holds no open files.
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
   * Reads the configuration and the headers of the weight files, and checks that every tensor the
   * model needs is there in the right shape, and no other.
   *
   * @param directory the checkpoint's folder
   * @param visionTower the CLIP tower's folder; if empty, the one that {@code config.json} names
   *     (as it stands, beside the checkpoint's folder or in it), else the copy inside the
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
            settings
                .torchDtype()
                .orElse(tensors.get(ExpectedTensors.EMBEDDING).dtype().torchName()));
    return new LlavaCheckpoint(directory, layout, config, tensors);
  }

  /** What cannot be mapped is widened in memory, in one piece. */
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
   * With tied embeddings the output layer is the embedding, whether or not the files hold a copy of
   * it.
   */
  private static Map<String, TensorSlice> tied(
      Map<String, TensorSlice> tensors, LlavaSettings settings) {
    TensorSlice embedding = tensors.get(ExpectedTensors.EMBEDDING);
    if (!settings.tieWordEmbeddings() || embedding == null) {
      return tensors;
    }
    Map<String, TensorSlice> tied = new HashMap<>(tensors);
    tied.put(ExpectedTensors.OUTPUT, embedding.as(ExpectedTensors.OUTPUT, embedding.shape()));
    return tied;
  }

  private static Map<String, List<Long>> modelShapes(LlavaSettings settings, FusionShapes fusion) {
    Map<String, List<Long>> shapes =
        new LinkedHashMap<>(ExpectedTensors.language(settings.language()));
    shapes.putAll(fusion.expected());
    return shapes;
  }

  /** The files' layout and the class that loads it elsewhere, in words. */
  public String layout() {
    return layout.describe();
  }

  /** {@code config.json} as LLaVA's authors would write it; a copy, to be changed. */
  ObjectNode authorsConfig() {
    return layout.authorsConfig();
  }

  /** The model's shape and settings. */
  public LlavaConfig config() {
    return config;
  }

  /**
   * All tensors the model uses: language model and projectors under their names in the layout of
   * LLaVA's authors, the vision tower's under those of its own folder ({@code vision_model.*}). 1x1
   * convolutions have the shape of the matrix they are; a tied {@code lm_head.weight} has the place
   * of the embedding.
   */
  public SortedMap<String, TensorSlice> tensors() {
    return tensors;
  }

  /**
   * A short hash of the model, the same for the same weights in any file layout; 16 hexadecimal
   * digits.
   */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * A short hash of all that decides what the language model's side sees of a picture: the vision
   * tower, how pictures are prepared for it, and which of its blocks are tapped.
   */
  public String visionFingerprint() {
    return Fingerprint.ofVision(config, tensors.subMap("vision_model.", "vision_model/").values());
  }

  /** The checkpoint's folder, which also holds the tokenizer. */
  public Path directory() {
    return directory;
  }
}
