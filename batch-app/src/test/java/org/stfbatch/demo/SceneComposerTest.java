package org.stfbatch.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.geom.Area;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Properties that make the content of every picture unambiguous. */
class SceneComposerTest {
  private static final int TOWER = 336;

  @ParameterizedTest
  @EnumSource(Split.class)
  void itemsNeitherTouchNorLeaveThePicture(Split split) {
    scenes(split)
        .forEach(
            scene -> {
              Rectangle2D canvas = new Rectangle2D.Double(0, 0, scene.width(), scene.height());
              List<Area> areas =
                  scene.items().stream().map(item -> new Area(item.outline())).toList();
              for (Area area : areas) {
                assertThat(canvas.contains(area.getBounds2D())).isTrue();
                for (Area other : areas) {
                  Area common = new Area(area);
                  common.intersect(other);
                  assertThat(area == other || common.isEmpty()).isTrue();
                }
              }
            });
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void evenSmallItemsSpanThirtyPixelsOfThePreparedPicture(Split split) {
    scenes(split)
        .forEach(
            scene -> {
              double scale = (double) TOWER / Math.max(scene.width(), scene.height());
              for (Item item : scene.items()) {
                assertThat(item.box().getWidth() * scale).isGreaterThan(30);
                assertThat(item.box().getHeight() * scale).isGreaterThan(30);
              }
            });
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void placesAreUniqueAndUnambiguous(Split split) {
    scenes(split)
        .forEach(
            scene -> {
              assertThat(scene.items().stream().map(Item::place)).doesNotHaveDuplicates();
              for (Item item : scene.items()) {
                assertThat(third(item.x() / scene.width())).isEqualTo(item.place().column());
                assertThat(third(item.y() / scene.height())).isEqualTo(item.place().row());
              }
            });
  }

  private static int third(double share) {
    if (share <= 0.3) {
      return 0;
    }
    assertThat(share >= 0.43 && share <= 0.57 || share >= 0.7).as("%s", share).isTrue();
    return share < 0.6 ? 1 : 2;
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void oneToFiveItemsComeEquallyOften(Split split) {
    List<Scene> scenes = scenes(split).toList();
    for (int count = 1; count <= 5; count++) {
      int items = count;
      long found = scenes.stream().filter(scene -> scene.items().size() == items).count();
      assertThat((double) found / scenes.size()).isCloseTo(0.2, within(0.05));
    }
    assertThat(scenes.stream().map(scene -> scene.backdrop().pattern()).distinct()).hasSize(5);
    assertThat(scenes.stream().map(s -> s.width() * 1000 + s.height()).distinct())
        .hasSizeGreaterThan(100);
  }

  private static Stream<Scene> scenes(Split split) {
    return World.scenes(split, 2, 1000);
  }
}
