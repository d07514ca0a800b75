package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.SortedMap;

/** The file layout of LLaVA's authors, which LLaVA-STF also uses. */
record AuthorsLayout(Path folder, JsonSettings config) implements SourceLayout {

  @Override
  public String describe() {
    return config.text("model_type").filter(LlavaMini.MODEL_TYPE::equals).isPresent()
        ? "LLaVA-Mini (LlavaMiniLlamaForCausalLM)"
        : "LLaVA (LlavaLlamaForCausalLM)";
  }

  @Override
  public ObjectNode authorsConfig() {
    return config.copy();
  }

  @Override
  public LlavaSettings settings() {
    return LlavaSettings.read(folder, config);
  }

  @Override
  public SortedMap<String, TensorSlice> tensors() {
    return WeightFolder.read(folder);
  }

  @Override
  public VisionTower tower(LlavaSettings settings, SortedMap<String, TensorSlice> tensors) {
    return VisionTower.find(folder, settings, tensors);
  }
}
