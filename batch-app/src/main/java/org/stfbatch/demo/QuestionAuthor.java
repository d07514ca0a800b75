package org.stfbatch.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Asks about a scene what can be answered from the picture beyond doubt. */
final class QuestionAuthor {
  private static final String SHORT = "\nAnswer the question using a single word or phrase.";
  private static final String LETTER =
      "\nAnswer with the option's letter from the given choices directly.";
  private static final String[] NUMBERS = {"no", "a", "two", "three", "four", "five", "six"};

  /** Below this share of the picture's side, "left of" and "above" are left unasked. */
  private static final double CLEARLY = 0.15;

  private final Scene scene;
  private final SplittableRandom random;

  QuestionAuthor(Scene scene, SplittableRandom random) {
    this.scene = scene;
    this.random = random;
  }

  /** At most {@code count} different questions, in random order. */
  List<Question> ask(int count) {
    List<Supplier<Optional<Question>>> kinds =
        new ArrayList<>(
            List.of(
                this::colour,
                this::count,
                this::shape,
                this::position,
                this::presence,
                this::size,
                this::relation,
                this::choice));
    List<Question> questions = new ArrayList<>();
    while (questions.size() < count && !kinds.isEmpty()) {
      kinds.remove(random.nextInt(kinds.size())).get().ifPresent(questions::add);
    }
    return questions;
  }

  Question caption() {
    Map<String, Integer> kinds = new LinkedHashMap<>();
    for (Item item : scene.items()) {
      String kind = item.size().word() + " " + item.colour().word() + " " + item.shape().word();
      kinds.merge(kind, 1, Integer::sum);
    }
    List<String> parts = new ArrayList<>();
    kinds.forEach((kind, n) -> parts.add(NUMBERS[n] + " " + (n == 1 ? kind : plural(kind))));
    String last = parts.remove(parts.size() - 1);
    String all = parts.isEmpty() ? last : String.join(", ", parts) + " and " + last;
    return new Question(
        "caption",
        "Describe the picture in one sentence.",
        Character.toUpperCase(all.charAt(0))
            + all.substring(1)
            + " on a "
            + scene.backdrop().pattern().word()
            + " background.");
  }

  private static String plural(String kind) {
    return kind + (kind.endsWith("s") ? "es" : "s");
  }

  private Optional<Question> colour() {
    return single()
        .map(
            item ->
                shortAnswer(
                    "colour",
                    "What colour is the " + item.shape().word() + "?",
                    item.colour().word()));
  }

  private Optional<Question> count() {
    Shape shape = anyItem().shape();
    return Optional.of(
        shortAnswer(
            "count",
            "How many " + shape.plural() + " are there?",
            Long.toString(scene.count(shape))));
  }

  private Optional<Question> shape() {
    return single()
        .map(
            item ->
                shortAnswer(
                    "shape", "Which shape is " + item.colour().word() + "?", item.shape().word()));
  }

  private Optional<Question> position() {
    return single()
        .filter(
            item ->
                isClear(item.x() - scene.width() / 2.0, scene.width())
                    && isClear(item.y() - scene.height() / 2.0, scene.height()))
        .map(
            item ->
                shortAnswer(
                    "position",
                    "Where is the "
                        + item.shape().word()
                        + ": top left, top right, bottom left or bottom right?",
                    (item.y() < scene.height() / 2.0 ? "top " : "bottom ")
                        + (item.x() < scene.width() / 2.0 ? "left" : "right")));
  }

  private Optional<Question> presence() {
    Shape shape = anyItem().shape();
    Colour colour = anyItem().colour();
    if (random.nextBoolean()) {
      colour = Colour.values()[random.nextInt(Colour.values().length)];
    }
    String text = "Is there " + withArticle(colour.word()) + " " + shape.word() + "?";
    return Optional.of(shortAnswer("presence", text, scene.has(shape, colour) ? "yes" : "no"));
  }

  private Optional<Question> size() {
    return pair()
        .filter(pair -> pair.first().size() != pair.second().size())
        .map(
            pair -> {
              Item larger =
                  pair.first().size().compareTo(pair.second().size()) > 0
                      ? pair.first()
                      : pair.second();
              return shortAnswer(
                  "size",
                  "Which is larger, the "
                      + pair.first().shape().word()
                      + " or the "
                      + pair.second().shape().word()
                      + "?",
                  larger.shape().word());
            });
  }

  private Optional<Question> relation() {
    return pair()
        .flatMap(
            pair -> {
              double right = pair.second().x() - pair.first().x();
              double below = pair.second().y() - pair.first().y();
              if (isClear(right, scene.width())) {
                return Optional.of(relation(pair, "to the left of", right > 0));
              }
              return isClear(below, scene.height())
                  ? Optional.of(relation(pair, "above", below > 0))
                  : Optional.empty();
            });
  }

  private static Question relation(Pair pair, String relation, boolean holds) {
    return shortAnswer(
        "relation",
        "Is the "
            + pair.first().shape().word()
            + " "
            + relation
            + " the "
            + pair.second().shape().word()
            + "?",
        holds ? "yes" : "no");
  }

  private Optional<Question> choice() {
    return single()
        .map(
            item -> {
              List<Colour> others = new ArrayList<>(List.of(Colour.values()));
              others.remove(item.colour());
              int right = random.nextInt(4);
              StringBuilder text =
                  new StringBuilder("What colour is the " + item.shape().word() + "?");
              for (int i = 0; i < 4; i++) {
                Colour option =
                    i == right ? item.colour() : others.remove(random.nextInt(others.size()));
                text.append('\n').append((char) ('A' + i)).append(". ").append(option.word());
              }
              return new Question("choice", text + LETTER, String.valueOf((char) ('A' + right)));
            });
  }

  private record Pair(Item first, Item second) {}

  /** An item whose shape and colour are its alone. */
  private Optional<Item> single() {
    List<Item> singles = singles();
    return singles.isEmpty()
        ? Optional.empty()
        : Optional.of(singles.get(random.nextInt(singles.size())));
  }

  private Optional<Pair> pair() {
    List<Item> singles = singles();
    if (singles.size() < 2) {
      return Optional.empty();
    }
    Item first = singles.remove(random.nextInt(singles.size()));
    return Optional.of(new Pair(first, singles.get(random.nextInt(singles.size()))));
  }

  private List<Item> singles() {
    List<Item> singles = new ArrayList<>();
    for (Item item : scene.items()) {
      boolean shared =
          scene.items().stream()
              .anyMatch(
                  other ->
                      other != item
                          && (other.shape() == item.shape() || other.colour() == item.colour()));
      if (!shared) {
        singles.add(item);
      }
    }
    return singles;
  }

  private Item anyItem() {
    return scene.items().get(random.nextInt(scene.items().size()));
  }

  private static boolean isClear(double distance, int side) {
    return Math.abs(distance) > CLEARLY * side;
  }

  private static Question shortAnswer(String category, String text, String answer) {
    return new Question(category, text + SHORT, answer);
  }

  private static String withArticle(String word) {
    return ("aeiou".indexOf(word.charAt(0)) >= 0 ? "an " : "a ") + word;
  }
}
