package org.stfbatch.demo;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Content of one picture. Items touch neither each other nor the edges, and no two have the same
 * place. They are in reading order: row by row from the top left.
 *
 * @param width in pixels
 * @param height in pixels
 */
public record Scene(int width, int height, Backdrop backdrop, List<Item> items) {
  public Scene {
    items = List.copyOf(items);
  }

  /** Returns the occupied places. */
  Set<Place> layout() {
    return items.stream()
        .map(Item::place)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Place.class)));
  }

  int count(Predicate<Item> what) {
    return items(what).size();
  }

  List<Item> items(Predicate<Item> what) {
    return items.stream().filter(what).toList();
  }

  boolean has(Predicate<Item> what) {
    return items.stream().anyMatch(what);
  }
}
