package org.stfbatch.training;

import java.util.ArrayList;
import java.util.List;
import org.stfbatch.prompt.ImagePrompt;
import org.stfbatch.prompt.PythonText;

/** Position of the image marker in the turns of a sample. */
final class ImageMarkers {
  private ImageMarkers() {}

  /**
   * Returns the turns as LLaVA's trainer uses them: in a conversation about an image, a marker is
   * moved to a line of its own at the start of its turn; in other conversations it is plain text.
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
