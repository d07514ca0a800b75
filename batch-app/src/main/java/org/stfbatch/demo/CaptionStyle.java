package org.stfbatch.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Caption style: every item with its size, colour, shape and place; the number of items of each
 * kind; or the relations between items. Each style has its own instruction, so that a picture and
 * an instruction have one correct caption. Items are in reading order unless the style orders them
 * differently.
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
  },
  SIZES("List everything from small to large.") {
    @Override
    String caption(Scene scene) {
      List<Item> bySize = scene.items().stream().sorted(Comparator.comparing(Item::size)).toList();
      return capitalised(joined(bySize.stream().map(CaptionStyle::itemAtPlace).toList())) + ".";
    }
  },
  COUNTS("How many are there of each kind?") {
    @Override
    String caption(Scene scene) {
      List<String> counts = new ArrayList<>();
      for (Colour colour : Colour.values()) {
        counts.add(colour.word() + " " + scene.count(item -> item.colour() == colour));
      }
      for (Shape shape : Shape.values()) {
        counts.add(shape.word() + " " + scene.count(item -> item.shape() == shape));
      }
      for (ItemSize size : ItemSize.values()) {
        counts.add(size.word() + " " + scene.count(item -> item.size() == size));
      }
      return String.join(", ", counts) + ".";
    }
  },
  RELATIONS("How do the things lie to each other?") {
    @Override
    String caption(Scene scene) {
      List<Item> items = scene.items();
      if (items.size() == 1) {
        return "There is a " + items.get(0).words() + " alone.";
      }
      List<String> sentences = new ArrayList<>();
      for (int i = 0; i < items.size(); i++) {
        for (int j = i + 1; j < items.size(); j++) {
          sentences.add(related(items.get(i), items.get(j)));
        }
      }
      return String.join(" ", sentences);
    }
  };

  private final String instruction;

  CaptionStyle(String instruction) {
    this.instruction = instruction;
  }

  /** Returns the instruction that the caption answers. */
  String instruction() {
    return instruction;
  }

  abstract String caption(Scene scene);

  Question question(Scene scene) {
    return new Question(
        Category.CAPTION, instruction, Rationale.unsaid(scene.items()), caption(scene), 0);
  }

  private static String itemAtPlace(Item item) {
    return "a " + item.wordsAndPlace();
  }

  private static String related(Item first, Item second) {
    List<String> relations =
        Arrays.stream(Relation.values())
            .filter(relation -> relation.holds(first.place(), second.place()))
            .map(Relation::phrase)
            .toList();
    return "The %s is %s the %s."
        .formatted(first.words(), String.join(" and ", relations), second.words());
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
