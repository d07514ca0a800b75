package org.stfbatch.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is tested with was never trained on. */
class SplitTest {
  private static final int SCENES = 4000;

  /** All that a scene shows, found without the rule of the split. */
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
    Set<String> pairs = new HashSet<>();
    Set<String> triples = new HashSet<>();
    Set<Set<Place>> layouts = new HashSet<>();
    for (Shown shown : shown(Split.TRAIN)) {
      pairs.addAll(shown.pairs());
      triples.addAll(shown.triples());
      layouts.add(shown.layout());
    }
    int newPairs = 0;
    int newTriples = 0;
    for (Shown shown : shown(Split.HELD_OUT)) {
      boolean newPair = !pairs.containsAll(shown.pairs());
      boolean newTriple = !triples.containsAll(shown.triples());
      newPairs += newPair ? 1 : 0;
      newTriples += newTriple ? 1 : 0;
      assertThat(newPair || newTriple || !layouts.contains(shown.layout())).isTrue();
    }

    assertThat(newPairs).isGreaterThan(SCENES / 4);
    assertThat(newTriples).isGreaterThan(SCENES / 4);
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

    assertThat(pairs).hasSize(8 * 6 - 6);
    assertThat(triples).hasSizeBetween(150, 4 * pairs.size() - 8);
    for (Colour colour : Colour.values()) {
      assertThat(pairs).anyMatch(pair -> pair.startsWith(colour.word()));
    }
    for (Shape shape : Shape.values()) {
      assertThat(pairs.stream().filter(pair -> pair.endsWith(shape.word()))).hasSize(7);
    }
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

  /** To deny what is never there would teach that it never is. */
  @Test
  void trainingQuestionsDoNotEvenDenyWhatIsHeldOut() {
    for (World.Asked asked : World.asked(Split.TRAIN, 1, SCENES, 8)) {
      for (Question question : asked.questions()) {
        if (question.category() == Category.PRESENCE) {
          assertThat(question.text())
              .doesNotContain("orange circle", "purple square", "blue triangle")
              .doesNotContain("green star", "pink cross", "yellow heart");
        }
      }
    }
  }
}
