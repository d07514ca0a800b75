package org.stfbatch.demo;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Split of scenes into training and held-out scenes. A scene is held out if it has content that
 * training must never show: an item of a certain colour and shape in a certain relation to another
 * item, or a certain set of occupied places. The rule is a function of the scene alone, so the two
 * sides are disjoint for all seeds.
 */
public enum Split {
  /** Scenes for training. */
  TRAIN,
  /** Scenes for testing. */
  HELD_OUT;

  /** Kind of held-out content. */
  public enum Novelty {
    /** A colour and shape in a relation to another item. */
    RELATION,
    /** A set of occupied places. */
    LAYOUT;

    /** Returns the English name. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One of this many triples of colour, shape and relation is held out. */
  private static final int TRIPLES = 12;

  /** About one of this many layouts is held out. */
  private static final int LAYOUTS = 7;

  private static final int LAYOUT_MIX = 0x9e3779b1;

  /** Returns the side of a scene. */
  public static Split of(Scene scene) {
    return novelties(scene).isEmpty() ? TRAIN : HELD_OUT;
  }

  /** Returns the kinds of held-out content in a scene; empty for a training scene. */
  public static Set<Novelty> novelties(Scene scene) {
    Set<Novelty> novelties = EnumSet.noneOf(Novelty.class);
    if (isHeldOut(scene.layout())) {
      novelties.add(Novelty.LAYOUT);
    }
    for (Item item : scene.items()) {
      if (isInHeldOutRelation(item, scene)) {
        novelties.add(Novelty.RELATION);
      }
    }
    return novelties;
  }

  private static boolean isInHeldOutRelation(Item item, Scene scene) {
    for (Relation relation : Relation.values()) {
      if (isHeldOut(item.colour(), item.shape(), relation)
          && scene.has(other -> relation.holds(item.place(), other.place()))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether training never shows an item of that colour and shape in that relation to another item.
   */
  static boolean isHeldOut(Colour colour, Shape shape, Relation relation) {
    return (5 * colour.ordinal() + 7 * shape.ordinal() + 3 * relation.ordinal()) % TRIPLES == 0;
  }

  static boolean isHeldOut(Collection<Place> layout) {
    int mask = 0;
    for (Place place : layout) {
      mask |= 1 << place.ordinal();
    }
    return (mask * LAYOUT_MIX >>> 16) % LAYOUTS == 0;
  }

  /**
   * Whether pictures of this side may show an item of that colour and shape in that relation to
   * another item.
   */
  boolean shows(Colour colour, Shape shape, Relation relation) {
    return this == HELD_OUT || !isHeldOut(colour, shape, relation);
  }
}
