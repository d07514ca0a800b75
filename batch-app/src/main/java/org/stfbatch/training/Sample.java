package org.stfbatch.training;

import java.util.List;
import java.util.Optional;

/**
 * A conversation to learn from, as LLaVA's training JSON has it.
 *
 * @param index its place in the data, from 0
 * @param id as the data names it, maybe empty
 * @param image the picture's reference, if the conversation is about one
 * @param turns in their order, maybe none
 */
public record Sample(int index, String id, Optional<String> image, List<Turn> turns) {
  private static final int LONGEST_ID = 100;

  public Sample {
    turns = List.copyOf(turns);
  }

  /** What messages call it; of a long id, its beginning. */
  public String name() {
    if (id.isEmpty()) {
      return "sample " + index;
    }
    String shown = id.length() > LONGEST_ID ? id.substring(0, LONGEST_ID) + "..." : id;
    return "sample " + index + " (id \"" + shown + "\")";
  }
}
