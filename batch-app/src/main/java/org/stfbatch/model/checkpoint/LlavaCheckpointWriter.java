package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.stfbatch.model.checkpoint.SafetensorsWriter.Data;

/**
 * Writes a changed checkpoint in the layout of LLaVA's authors, complete in one folder: {@code
 * config.json}, the weights as safetensors, the base's tokenizer files, and the vision tower in a
 * subfolder.
 */
public final class LlavaCheckpointWriter {
  private final LlavaCheckpoint base;
  private final DType dtype;
  private final Optional<YopoTuning> tuning;

  /**
   * @param base source of everything that does not change; its files must still exist
   * @param dtype FLOAT32: changed tensors are exact, others stay as they are in the base; BFLOAT16:
   *     all tensors of 32 bits are rounded
   * @param tuning the YOPO settings of the changed model
   */
  public LlavaCheckpointWriter(LlavaCheckpoint base, DType dtype, Optional<YopoTuning> tuning) {
    if (dtype != DType.FLOAT32 && dtype != DType.BFLOAT16) {
      throw new IllegalArgumentException("checkpoints are written in float32 or bfloat16");
    }
    this.base = base;
    this.dtype = dtype;
    this.tuning = tuning;
  }

  /**
   * Writes into an empty folder.
   *
   * @param changed new values of a tensor by its name in {@link LlavaCheckpoint#tensors}, supplied
   *     when the tensor is written; empty for the base's values
   */
  public void write(Path folder, Function<String, Optional<Supplier<float[]>>> changed)
      throws IOException {
    Map<String, Data> model = new LinkedHashMap<>();
    Map<String, Data> tower = new LinkedHashMap<>();
    for (TensorSlice slice : base.tensors().values()) {
      Data data = data(slice, changed.apply(slice.name()));
      (TensorNames.isVisionTower(slice.name()) ? tower : model).put(slice.name(), data);
    }
    CheckpointLayout layout = new CheckpointLayout(folder);
    layout.write(tower, model, config(), base.config().vision(), base.config().image());
    layout.copyTokenizer(base.directory());
  }

  private Data data(TensorSlice slice, Optional<Supplier<float[]>> changed) {
    boolean exact = changed.isPresent() ? dtype == DType.FLOAT32 : !isRounded(slice);
    if (changed.isEmpty() && exact) {
      return SafetensorsWriter.copy(slice);
    }
    Supplier<float[]> values = changed.orElse(() -> floats(slice));
    return exact
        ? SafetensorsWriter.float32(slice.shape(), values)
        : SafetensorsWriter.bfloat16(slice.shape(), values);
  }

  private boolean isRounded(TensorSlice slice) {
    return dtype == DType.BFLOAT16 && slice.dtype() == DType.FLOAT32;
  }

  private static float[] floats(TensorSlice slice) {
    float[] values = new float[Math.toIntExact(slice.elementCount())];
    try (FileChannel in = FileChannel.open(slice.file(), StandardOpenOption.READ)) {
      ByteBuffer bytes =
          in.map(FileChannel.MapMode.READ_ONLY, slice.offset(), slice.byteLength())
              .order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().get(values);
      return values;
    } catch (IOException e) {
      throw new CheckpointException("cannot read " + slice.file() + ": " + e.getMessage(), e);
    }
  }

  private ObjectNode config() {
    ObjectNode config = base.authorsConfig();
    config.remove("dtype");
    YopoTuning.write(tuning, config);
    return config
        .put("mm_vision_tower", CheckpointLayout.TOWER)
        .put("mm_hidden_size", base.config().vision().hiddenSize())
        .put("image_aspect_ratio", base.config().image().aspect())
        .put("tie_word_embeddings", false)
        .put("torch_dtype", dtype.torchName());
  }
}
