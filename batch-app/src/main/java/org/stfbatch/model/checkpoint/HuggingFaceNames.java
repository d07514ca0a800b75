package org.stfbatch.model.checkpoint;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tensor names in transformers' {@code LlavaForConditionalGeneration}. */
final class HuggingFaceNames {

  private record Renaming(Pattern here, String authors) {
    static Renaming of(String here, String authors) {
      return new Renaming(Pattern.compile(here), authors);
    }
  }

  /**
   * All naming styles: {@code language_model.model.*} up to transformers 4.51, {@code
   * model.language_model.*} from 4.52, where {@code lm_head.weight} has the authors' name. In a
   * model created with transformers 5, the vision tower has no {@code vision_model} level.
   */
  private static final List<Renaming> RENAMINGS =
      List.of(
          Renaming.of("language_model\\.model\\.", "model."),
          Renaming.of("model\\.language_model\\.", "model."),
          Renaming.of("language_model\\.lm_head\\.", "lm_head."),
          Renaming.of("(model\\.)?vision_tower\\.(vision_model\\.)?", VisionTower.INNER_PREFIX),
          Renaming.of(
              "(model\\.)?multi_modal_projector\\.linear_1\\.", TensorNames.PROJECTOR + "0."),
          Renaming.of(
              "(model\\.)?multi_modal_projector\\.linear_2\\.", TensorNames.PROJECTOR + "2."));

  private HuggingFaceNames() {}

  /**
   * Returns the name of a tensor in the layout of LLaVA's authors; an unknown name is unchanged.
   */
  static String authorsName(String name) {
    for (Renaming renaming : RENAMINGS) {
      Matcher matcher = renaming.here().matcher(name);
      if (matcher.lookingAt()) {
        return renaming.authors() + name.substring(matcher.end());
      }
    }
    return name;
  }
}
