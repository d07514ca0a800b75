package org.stfbatch.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Ways to describe a scene in full: every item with its size, colour, shape and place, in reading
 * order. Each answers an instruction of its own, so that there is one right caption for a picture
 * and an instruction.
 */
enum CaptionStyle {
  SENTENCE("Describe the picture in one sentence.") {
    @Override
    String caption(Scene scene) {
      return "The picture shows "
          + joined(scene.items().stream().map(CaptionStyle::itemAtPlace).toList())
          + ".";
    }
  },
  PLACES("List everything in the picture.") {
    @Override
    String caption(Scene scene) {
      return scene.items().stream()
          .map(item -> capitalised(item.place().phrase()) + ": a " + item.words() + ".")
          .collect(Collectors.joining(" "));
    }
  },
  SENTENCES("What is in the picture?") {
    @Override
    String caption(Scene scene) {
      return scene.items().stream()
          .map(item -> "There is " + itemAtPlace(item) + ".")
          .collect(Collectors.joining(" "));
    }
  },
  DETAIL("Describe the picture in detail.") {
    @Override
    String caption(Scene scene) {
      int count = scene.items().size();
      return "%s on a %s background: %s."
          .formatted(
              count == 1 ? "1 object" : count + " objects",
              scene.backdrop().pattern().word(),
              joined(scene.items().stream().map(CaptionStyle::itemAtPlace).toList()));
    }
  };

  private final String instruction;

  CaptionStyle(String instruction) {
    this.instruction = instruction;
  }

  /** What a caption in this style answers. */
  String instruction() {
    return instruction;
  }

  abstract String caption(Scene scene);

  Question question(Scene scene) {
    return new Question(Category.CAPTION, instruction, caption(scene));
  }

  private static String itemAtPlace(Item item) {
    return "a " + item.words() + " " + item.place().phrase();
  }

  private static String joined(List<String> parts) {
    List<String> firsts = new ArrayList<>(parts);
    String last = firsts.remove(firsts.size() - 1);
    return firsts.isEmpty() ? last : String.join(", ", firsts) + " and " + last;
  }

  private static String capitalised(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
