package org.stfbatch.training;

import java.util.List;
import java.util.Optional;

/**
 * A conversation to learn from, as LLaVA's training JSON has it.
 *
 * @param index its place in the data, from 0
 * @param id as the data names it, maybe empty
 * @param image the picture's reference, if the conversation is about one
 * @param turns at least one
 */
public record Sample(int index, String id, Optional<String> image, List<Turn> turns) {
  public Sample {
    turns = List.copyOf(turns);
  }

  /** What messages call it. */
  public String name() {
    return id.isEmpty() ? "sample " + index : "sample " + index + " (id \"" + id + "\")";
  }
}
