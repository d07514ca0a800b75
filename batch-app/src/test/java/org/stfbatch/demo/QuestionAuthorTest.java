package org.stfbatch.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Parses the generated questions and answers them again from the scene. */
class QuestionAuthorTest {
  private static final Pattern RELATION =
      Pattern.compile("Is the (.+) (left of|right of|above|below) the (.+)\\?");
  private static final Pattern NEIGHBOUR =
      Pattern.compile(
          "(Which shape is|What colour is the object) (left of|right of|above|below) the (.+)\\?");
  private static final Pattern SIZE = Pattern.compile("Which is (\\w+), the (.+) or the (.+)\\?");
  private static final Pattern COLOUR =
      Pattern.compile(
          "(?:What colour is|Which colour does) the (.+?)(?: have)?\\?.*", Pattern.DOTALL);
  private static final Pattern SHAPE =
      Pattern.compile(
          "(?:What shape is|Which shape does) the (.+?)(?: have)?\\?.*", Pattern.DOTALL);
  private static final Pattern POSITION =
      Pattern.compile("Where (?:in the picture )?is the (.+?)\\?.*", Pattern.DOTALL);
  private static final Pattern COUNT =
      Pattern.compile("How many (.+?) (?:are there|can you see)\\?.*", Pattern.DOTALL);
  private static final Pattern PRESENCE =
      Pattern.compile("(?:Is there|Can you see) an? (.+?)(?: in the picture)?\\?");

  @Test
  void everyAnswerIsTrueOfItsScene() {
    int checked = 0;
    for (Split split : Split.values()) {
      for (World.Asked asked : World.asked(split, 5, 1500, 8)) {
        for (Question question : asked.questions()) {
          assertThat(answer(question, asked.scene()))
              .as("%s of %s", question, asked.scene())
              .isEqualTo(question.answer());
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(20_000);
  }

  @Test
  void everyStepOfAnExplainedAnswerIsTrueOfItsScene() {
    for (World.Asked asked : World.asked(Split.TRAIN, 7, 500, 8)) {
      for (Question question : asked.questions()) {
        assertThat(question.explained())
            .isEqualTo(explained(question.text(), question.answer(), asked.scene()));
        assertThat(question.rationale().seen())
            .isNotEmpty()
            .isSubsetOf(asked.scene().items())
            .satisfies(
                seen -> assertThat(question.explained()).startsWith(seen.get(0).wordsAndPlace()));
      }
    }
  }

  /** Derives the explanation again from the words of the question. */
  private static String explained(String text, String answer, Scene scene) {
    if (text.contains("\nA. ")) {
      return explainedChoice(text, answer, scene);
    } else if (RELATION.matcher(text).matches()) {
      return explainedRelation(text, answer, scene);
    } else if (NEIGHBOUR.matcher(text).matches()) {
      Item anchor = only(part(NEIGHBOUR, text, 3), scene);
      Item found = leading(text, scene).get(0);
      return anchor.wordsAndPlace() + ", " + found.wordsAndPlace() + ": " + answer;
    } else if (SIZE.matcher(text).matches()) {
      Item first = only(part(SIZE, text, 2), scene);
      Item second = only(part(SIZE, text, 3), scene);
      return "%s, %s: %s, %s, %s: %s"
          .formatted(
              first.wordsAndPlace(),
              second.wordsAndPlace(),
              first.size().word(),
              second.size().word(),
              part(SIZE, text, 1),
              answer);
    } else if (COUNT.matcher(text).matches()) {
      return explainedCount(singular(part(COUNT, text, 1)), answer, scene);
    } else if (PRESENCE.matcher(text).matches()) {
      return explainedPresence(part(PRESENCE, text, 1), answer, scene);
    }
    String words = text.replaceAll(".* (?:is|does) the (.+?)(?: have)?\\?", "$1");
    return only(words, scene).wordsAndPlace() + ": " + answer;
  }

  private static String explainedRelation(String text, String answer, Scene scene) {
    Item first = only(part(RELATION, text, 1), scene);
    Item second = only(part(RELATION, text, 3), scene);
    String asked = part(RELATION, text, 2);
    boolean inARow = asked.endsWith("of");
    List<String> fields =
        inARow ? List.of("left", "middle", "right") : List.of("top", "middle", "bottom");
    return "%s, %s: %s, %s, %s: %s"
        .formatted(
            first.wordsAndPlace(),
            second.wordsAndPlace(),
            fields.get(inARow ? first.place().column() : first.place().row()),
            fields.get(inARow ? second.place().column() : second.place().row()),
            asked,
            answer);
  }

  private static String explainedCount(String words, String answer, Scene scene) {
    List<Item> counted = all(words, scene);
    List<String> steps = new ArrayList<>();
    for (Item item : scene.items()) {
      int number = counted.indexOf(item) + 1;
      steps.add(judged(item, words, number == 0 ? "no" : Integer.toString(number)));
    }
    return String.join(", ", steps) + ": " + answer;
  }

  private static String explainedPresence(String words, String answer, Scene scene) {
    List<Item> found = all(words, scene);
    List<String> steps = new ArrayList<>();
    for (Item item : scene.items()) {
      steps.add(judged(item, words, found.contains(item) ? "yes" : "no"));
      if (found.contains(item)) {
        break;
      }
    }
    return String.join(", ", steps) + ": " + answer;
  }

  /**
   * Returns the item, the wanted words, the item's own words of the same kind, and the judgement.
   */
  private static String judged(Item item, String words, String judgement) {
    List<String> asked = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    for (String word : words.split(" ")) {
      if (Stream.of(Colour.values()).anyMatch(colour -> colour.word().equals(word))) {
        asked.add(word);
        seen.add(item.colour().word());
      } else if (!word.equals("object")) {
        asked.add(word);
        seen.add(item.shape().word());
      }
    }
    String compared =
        asked.isEmpty() ? "" : String.join(" ", asked) + "? " + String.join(" ", seen) + " ";
    return item.wordsAndPlace() + ": " + compared + judgement;
  }

  private static String explainedChoice(String text, String answer, Scene scene) {
    List<String> lines = text.lines().toList();
    List<String> options = lines.subList(1, lines.size());
    int right = "ABCD".indexOf(answer);
    String value = options.get(right).substring(3);
    StringBuilder steps = new StringBuilder(explained(lines.get(0), value, scene));
    for (int i = 0; i <= right; i++) {
      String option = options.get(i).substring(3);
      steps.append(", %s. %s? %s ".formatted("ABCD".charAt(i), value, option));
      steps.append(i == right ? "yes" : "no");
    }
    return steps + ": " + answer;
  }

  @Test
  void aConversationAsksNothingTwice() {
    for (World.Asked asked : World.asked(Split.TRAIN, 6, 500, 8)) {
      assertThat(asked.questions().stream().map(Question::stem)).doesNotHaveDuplicates();
    }
  }

  private static String answer(Question question, Scene scene) {
    String text = question.text();
    return switch (question.category()) {
      case COLOUR -> only(part(COLOUR, text, 1), scene).colour().word();
      case SHAPE -> only(part(SHAPE, text, 1), scene).shape().word();
      case POSITION -> only(part(POSITION, text, 1), scene).place().word();
      case COUNT -> Integer.toString(all(singular(part(COUNT, text, 1)), scene).size());
      case PRESENCE -> all(part(PRESENCE, text, 1), scene).isEmpty() ? "no" : "yes";
      case SIZE -> size(text, scene);
      case RELATION -> relation(text, scene);
      case NEIGHBOUR -> neighbour(text, scene);
      case CHOICE -> choice(question, scene);
      case CAPTION, TEXT -> throw new AssertionError("nobody asks for that here");
    };
  }

  private static String size(String text, Scene scene) {
    Item first = only(part(SIZE, text, 2), scene);
    Item second = only(part(SIZE, text, 3), scene);
    double ratio = first.radius() / second.radius();
    assertThat(ratio > 1.5 || ratio < 1 / 1.5).as("the sizes are clear").isTrue();
    boolean larger = part(SIZE, text, 1).equals("larger");
    return part(SIZE, text, ratio > 1 == larger ? 2 : 3);
  }

  private static String relation(String text, Scene scene) {
    Item first = only(part(RELATION, text, 1), scene);
    Item second = only(part(RELATION, text, 3), scene);
    double lead = lead(first, second, part(RELATION, text, 2), scene);
    assertThat(Math.abs(lead)).as("the distance is clear").isGreaterThan(0.1);
    return lead > 0 ? "yes" : "no";
  }

  private static String neighbour(String text, Scene scene) {
    List<Item> leading = leading(text, scene);
    assertThat(leading).hasSize(1);
    return text.startsWith("Which shape")
        ? leading.get(0).shape().word()
        : leading.get(0).colour().word();
  }

  private static List<Item> leading(String text, Scene scene) {
    Item anchor = only(part(NEIGHBOUR, text, 3), scene);
    return scene.items().stream()
        .filter(item -> item != anchor)
        .filter(item -> lead(item, anchor, part(NEIGHBOUR, text, 2), scene) > -0.02)
        .toList();
  }

  /**
   * Returns how far an item lies in the direction of a relation, as a fraction of the picture's
   * side.
   */
  private static double lead(Item item, Item other, String relation, Scene scene) {
    return switch (relation) {
      case "left of" -> (other.x() - item.x()) / scene.width();
      case "right of" -> (item.x() - other.x()) / scene.width();
      case "above" -> (other.y() - item.y()) / scene.height();
      default -> (item.y() - other.y()) / scene.height();
    };
  }

  private static String choice(Question question, Scene scene) {
    Category category =
        COUNT.matcher(question.text()).matches()
            ? Category.COUNT
            : POSITION.matcher(question.text()).matches()
                ? Category.POSITION
                : COLOUR.matcher(question.text()).matches() ? Category.COLOUR : Category.SHAPE;
    String open = answer(new Question(category, question.text(), ""), scene);
    List<String> options = question.text().lines().skip(1).toList();
    assertThat(options).hasSize(4).doesNotHaveDuplicates();
    return options.stream()
        .filter(option -> option.substring(3).equals(open))
        .map(option -> option.substring(0, 1))
        .findFirst()
        .orElse("none of the options");
  }

  private static String part(Pattern pattern, String text, int group) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.matches()).as(text).isTrue();
    return matcher.group(group);
  }

  private static String singular(String plural) {
    return plural.replaceFirst("crosses$", "cross").replaceFirst("(?<=[a-rt-z])s$", "");
  }

  private static Item only(String words, Scene scene) {
    List<Item> items = all(words, scene);
    assertThat(items).as(words).hasSize(1);
    return items.get(0);
  }

  private static List<Item> all(String words, Scene scene) {
    List<Item> items = new ArrayList<>(scene.items());
    String[] parts = words.split(" (?=at the|on the|in the)");
    for (String word : parts[0].split(" ")) {
      items.removeIf(item -> !word.equals("object") && !has(item, word));
    }
    if (parts.length == 2) {
      String place = parts[1].substring(parts[1].indexOf("the ") + 4);
      items.removeIf(item -> !mayBeAt(item, place));
    }
    return items;
  }

  private static boolean has(Item item, String word) {
    BiPredicate<Object, String> is = (value, name) -> value.toString().equalsIgnoreCase(name);
    return is.test(item.size(), word)
        || is.test(item.colour(), word)
        || is.test(item.shape(), word);
  }

  /** What is at the top left is also at the top and on the left. */
  private static boolean mayBeAt(Item item, String place) {
    return place.equals("middle")
        ? item.place() == Place.MIDDLE
        : List.of(item.place().word().split(" ")).containsAll(List.of(place.split(" ")));
  }
}
