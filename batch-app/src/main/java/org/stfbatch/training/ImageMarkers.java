package org.stfbatch.training;

import java.util.ArrayList;
import java.util.List;
import org.stfbatch.prompt.ImagePrompt;
import org.stfbatch.prompt.PythonText;

/** Where the picture's marker stands in what is said. */
final class ImageMarkers {
  private ImageMarkers() {}

  /**
   * The turns as LLaVA's trainer takes them: in a conversation about a picture a marker is moved to
   * the start of its turn, on a line of its own; elsewhere it is text as any other.
   */
  static List<Turn> placed(Sample sample) {
    if (sample.image().isEmpty()) {
      return sample.turns();
    }
    List<Turn> turns = new ArrayList<>();
    for (Turn turn : sample.turns()) {
      turns.add(isMarked(turn) ? new Turn(turn.speaker(), markedFirst(turn.text())) : turn);
    }
    return turns;
  }

  static boolean isMarked(Turn turn) {
    return turn.text().contains(ImagePrompt.MARKER);
  }

  private static String markedFirst(String text) {
    String rest = PythonText.strip(text.replace(ImagePrompt.MARKER, ""));
    return PythonText.strip(ImagePrompt.MARKER + "\n" + rest);
  }
}
