package org.stfbatch.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Held-out content never occurs in training. */
class SplitTest {
  private static final int SCENES = 4000;

  /** Pairs, triples and layout of a scene, computed independently of the rule of the split. */
  private record Shown(Set<String> pairs, Set<String> triples, Set<Place> layout) {
    static Shown of(Scene scene) {
      Set<String> pairs = new HashSet<>();
      Set<String> triples = new HashSet<>();
      Set<Place> layout = new HashSet<>();
      for (Item item : scene.items()) {
        String pair = item.colour().word() + " " + item.shape().word();
        pairs.add(pair);
        layout.add(item.place());
        for (Item other : scene.items()) {
          if (item.place().column() < other.place().column()) {
            triples.add(pair + " left of");
            triples.add(other.colour().word() + " " + other.shape().word() + " right of");
          }
          if (item.place().row() < other.place().row()) {
            triples.add(pair + " above");
            triples.add(other.colour().word() + " " + other.shape().word() + " below");
          }
        }
      }
      return new Shown(pairs, triples, layout);
    }
  }

  @Test
  void everyHeldOutSceneShowsSomethingThatTrainingNeverShows() {
    Set<String> triples = new HashSet<>();
    Set<Set<Place>> layouts = new HashSet<>();
    for (Shown shown : shown(Split.TRAIN)) {
      triples.addAll(shown.triples());
      layouts.add(shown.layout());
    }
    int newTriples = 0;
    int newLayouts = 0;
    for (Shown shown : shown(Split.HELD_OUT)) {
      boolean newTriple = !triples.containsAll(shown.triples());
      boolean newLayout = !layouts.contains(shown.layout());
      newTriples += newTriple ? 1 : 0;
      newLayouts += newLayout ? 1 : 0;
      assertThat(newTriple || newLayout).isTrue();
    }

    assertThat(newTriples).isGreaterThan(SCENES / 3);
    assertThat(newLayouts).isGreaterThan(SCENES / 3);
  }

  private static List<Shown> shown(Split split) {
    return World.scenes(split, 1, SCENES).map(Shown::of).toList();
  }

  @Test
  void trainingSeesEveryColourShapeAndPlaceAndMostCombinations() {
    Set<String> pairs = new HashSet<>();
    Set<String> triples = new HashSet<>();
    for (Shown shown : shown(Split.TRAIN)) {
      pairs.addAll(shown.pairs());
      triples.addAll(shown.triples());
    }

    assertThat(pairs).hasSize(8 * 6);
    assertThat(triples).hasSize(4 * pairs.size() * 11 / 12);
  }

  @Test
  void aboutOneLayoutInSevenIsHeldOut() {
    Set<Set<Place>> seen = new HashSet<>();
    Set<Set<Place>> heldOut = new HashSet<>();
    for (int mask = 1; mask < 512; mask++) {
      Set<Place> layout = new HashSet<>();
      for (Place place : Place.values()) {
        if ((mask >> place.ordinal() & 1) == 1) {
          layout.add(place);
        }
      }
      if (layout.size() <= 5) {
        (Split.isHeldOut(layout) ? heldOut : seen).add(layout);
      }
    }

    assertThat(heldOut).hasSizeBetween(40, 70);
    for (int items = 1; items <= 5; items++) {
      int count = items;
      assertThat(heldOut).anyMatch(layout -> layout.size() == count);
      assertThat(seen).anyMatch(layout -> layout.size() == count);
    }
    for (Place place : Place.values()) {
      assertThat(seen).anyMatch(layout -> layout.contains(place));
    }
  }

  @Test
  void novelHeldOutScenesComeInAllKinds() {
    for (Split.Novelty novelty : Split.Novelty.values()) {
      assertThat(
              World.scenes(Split.HELD_OUT, 3, 1000)
                  .filter(scene -> Split.novelties(scene).contains(novelty)))
          .hasSizeGreaterThan(250);
    }
  }

  /** A question that denies a held-out relation would teach that the relation never holds. */
  @Test
  void trainingQuestionsDoNotEvenDenyARelationThatIsHeldOut() {
    Pattern question =
        Pattern.compile("Is the \\w+ (\\w+) (\\w+) (left of|right of|above|below) the .*");
    int checked = 0;
    for (World.Asked asked : World.asked(Split.TRAIN, 1, SCENES, 8)) {
      for (Question relation : asked.questions()) {
        Matcher named = question.matcher(relation.text());
        if (named.matches() && !named.group(2).equals("object")) {
          Colour colour = Colour.valueOf(named.group(1).toUpperCase(Locale.ROOT));
          Shape shape = Shape.valueOf(named.group(2).toUpperCase(Locale.ROOT));
          assertThat(Split.isHeldOut(colour, shape, relationOf(named.group(3)))).isFalse();
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(100);
  }

  private static Relation relationOf(String phrase) {
    return Stream.of(Relation.values())
        .filter(relation -> relation.phrase().equals(phrase))
        .findFirst()
        .orElseThrow();
  }
}
