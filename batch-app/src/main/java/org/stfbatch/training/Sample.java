package org.stfbatch.training;

import java.util.List;
import java.util.Optional;

/**
 * Training conversation of LLaVA's training JSON.
 *
 * @param index position in the data, from 0
 * @param id as in the data; may be empty
 * @param image reference of the image, if the conversation is about one
 * @param turns in order; may be empty
 */
public record Sample(int index, String id, Optional<String> image, List<Turn> turns) {
  private static final int LONGEST_ID = 100;

  public Sample {
    turns = List.copyOf(turns);
  }

  /** Returns the name that messages use; a long id is shortened. */
  public String name() {
    if (id.isEmpty()) {
      return "sample " + index;
    }
    String shown = id.length() > LONGEST_ID ? id.substring(0, LONGEST_ID) + "..." : id;
    return "sample " + index + " (id \"" + shown + "\")";
  }
}
