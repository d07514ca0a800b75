package org.stfbatch.demo;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Invents scenes. */
final class SceneComposer {
  private static final int[][] SIZES = {
    {320, 240}, {240, 320}, {256, 256}, {400, 220}, {200, 380}, {336, 336}, {480, 320}, {150, 110}
  };

  private static final int TRIES_PER_ITEM = 80;

  private final SplittableRandom random;

  SceneComposer(SplittableRandom random) {
    this.random = random;
  }

  Scene compose() {
    int[] size = SIZES[random.nextInt(SIZES.length)];
    List<Item> items = new ArrayList<>();
    while (items.isEmpty()) {
      if (random.nextInt(3) == 0) {
        placeGroup(items, size[0], size[1]);
      } else {
        placeMix(items, size[0], size[1]);
      }
    }
    return new Scene(size[0], size[1], backdrop(), items);
  }

  /** Several alike, and perhaps one that is different. */
  private void placeGroup(List<Item> items, int width, int height) {
    List<Shape> shapes = shuffled(Shape.values());
    List<Colour> colours = shuffled(Colour.values());
    ItemSize size = random.nextBoolean() ? ItemSize.SMALL : ItemSize.MEDIUM;
    int count = 2 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      place(items, shapes.get(0), colours.get(0), size, width, height);
    }
    if (random.nextBoolean()) {
      place(items, shapes.get(1), colours.get(1), randomSize(), width, height);
    }
  }

  /** One to four, all of different shapes and colours. */
  private void placeMix(List<Item> items, int width, int height) {
    List<Shape> shapes = shuffled(Shape.values());
    List<Colour> colours = shuffled(Colour.values());
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      place(items, shapes.get(i), colours.get(i), randomSize(), width, height);
    }
  }

  /** Finds a free place, or leaves the item out when the picture is full. */
  private void place(
      List<Item> items, Shape shape, Colour colour, ItemSize size, int width, int height) {
    double radius = size.radius(width, height);
    double margin = radius + 4;
    for (int i = 0; i < TRIES_PER_ITEM; i++) {
      double x = margin + random.nextDouble() * (width - 2 * margin);
      double y = margin + random.nextDouble() * (height - 2 * margin);
      Item item = new Item(shape, colour, size, x, y, radius);
      if (items.stream().allMatch(item::isKeptApartFrom)) {
        items.add(item);
        return;
      }
    }
  }

  private ItemSize randomSize() {
    return ItemSize.values()[random.nextInt(ItemSize.values().length)];
  }

  private Backdrop backdrop() {
    Backdrop.Pattern[] patterns = Backdrop.Pattern.values();
    float hue = (float) random.nextDouble();
    float nextHue = hue + 0.08f + 0.2f * (float) random.nextDouble();
    return new Backdrop(
        patterns[random.nextInt(patterns.length)],
        Color.getHSBColor(hue, 0.06f, 0.98f),
        Color.getHSBColor(nextHue, 0.13f, 0.91f));
  }

  private <T> List<T> shuffled(T[] values) {
    List<T> list = new ArrayList<>(List.of(values));
    for (int i = list.size() - 1; i > 0; i--) {
      list.set(i, list.set(random.nextInt(i + 1), list.get(i)));
    }
    return list;
  }
}
