package org.stfbatch.demo;

import java.awt.Color;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * Generator of random scenes. Colours, shapes, sizes and places are independent of each other,
 * except in groups of similar items, so that none predicts another.
 */
final class SceneComposer {
  private static final double[] ASPECTS = {1, 1, 4 / 3.0, 3 / 2.0};
  private static final int TRIES_PER_ITEM = 12;
  private static final int MOST_ITEMS = 5;

  /** Maximum tilt, in radians. */
  private static final double TILT = 0.2;

  private final SplittableRandom random;

  SceneComposer(SplittableRandom random) {
    this.random = random;
  }

  /** Returns a random scene of one side of the split. */
  Scene compose(Split split) {
    Predicate<Scene> wanted = split == Split.TRAIN ? SceneComposer::isTrained : oneNovelty();
    int count = 1 + random.nextInt(MOST_ITEMS);
    while (true) {
      Optional<Scene> scene = tryToCompose(count);
      if (scene.filter(wanted).isPresent()) {
        return scene.get();
      }
    }
  }

  private static boolean isTrained(Scene scene) {
    return Split.of(scene) == Split.TRAIN;
  }

  /** Requires one randomly chosen novelty, each with the same probability. */
  private Predicate<Scene> oneNovelty() {
    Split.Novelty[] all = Split.Novelty.values();
    Split.Novelty novelty = all[random.nextInt(all.length)];
    return scene ->
        scene.items().size() == 1
            ? Split.of(scene) == Split.HELD_OUT
            : Split.novelties(scene).contains(novelty);
  }

  /** Returns empty if the items do not fit. */
  private Optional<Scene> tryToCompose(int count) {
    int longer = 240 + 8 * random.nextInt(31);
    int shorter = (int) (longer / ASPECTS[random.nextInt(ASPECTS.length)]);
    boolean upright = random.nextBoolean();
    int width = upright ? shorter : longer;
    int height = upright ? longer : shorter;
    List<Place> places = shuffled(Place.values());
    List<Appearance> appearances = appearances(count);
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (!place(items, appearances.get(i), places.get(i), width, height)) {
        return Optional.empty();
      }
    }
    items.sort(Comparator.comparing(Item::place));
    return Optional.of(new Scene(width, height, backdrop(), items));
  }

  private record Appearance(Shape shape, Colour colour, ItemSize size) {}

  /** In half of the scenes, some items share their shape, their colour or both. */
  private List<Appearance> appearances(int count) {
    boolean sameShape = random.nextInt(3) == 0;
    boolean sameColour = random.nextInt(4) == 0;
    Shape shape = any(Shape.values());
    Colour colour = any(Colour.values());
    int alike = random.nextInt(3) == 0 ? count : 1 + random.nextInt(count);
    List<Appearance> appearances = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      appearances.add(
          new Appearance(
              i < alike && sameShape ? shape : any(Shape.values()),
              i < alike && sameColour ? colour : any(Colour.values()),
              any(ItemSize.values())));
    }
    return appearances;
  }

  /** Adds an item at a free position within its place; returns whether there is one. */
  private boolean place(
      List<Item> items, Appearance appearance, Place place, int width, int height) {
    double radius = appearance.size().radius(width, height) * (0.96 + 0.08 * random.nextDouble());
    for (int i = 0; i < TRIES_PER_ITEM; i++) {
      double x = width * between(place.fromX(), place.toX());
      double y = height * between(place.fromY(), place.toY());
      double tilt = between(-TILT, TILT);
      Item item =
          new Item(
              appearance.shape(),
              appearance.colour(),
              appearance.size(),
              place,
              x,
              y,
              radius,
              tilt);
      if (item.isWithin(width, height) && items.stream().allMatch(item::isKeptApartFrom)) {
        items.add(item);
        return true;
      }
    }
    return false;
  }

  private double between(double from, double to) {
    return from + (to - from) * random.nextDouble();
  }

  private Backdrop backdrop() {
    float hue = (float) random.nextDouble();
    float nextHue = hue + 0.08f + 0.2f * (float) random.nextDouble();
    float strength = (float) between(0.03, 0.16);
    return new Backdrop(
        any(Backdrop.Pattern.values()),
        Color.getHSBColor(hue, strength, (float) between(0.9, 1)),
        Color.getHSBColor(nextHue, strength + 0.06f, (float) between(0.82, 0.94)),
        16 + random.nextInt(25));
  }

  private <T> T any(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private <T> List<T> shuffled(T[] values) {
    List<T> list = new ArrayList<>(List.of(values));
    for (int i = list.size() - 1; i > 0; i--) {
      list.set(i, list.set(random.nextInt(i + 1), list.get(i)));
    }
    return list;
  }
}
