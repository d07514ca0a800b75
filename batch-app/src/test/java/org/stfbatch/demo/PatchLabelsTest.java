package org.stfbatch.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.image.ClipImageProcessor;
import org.stfbatch.image.RgbImage;

class PatchLabelsTest {
  private static final int SIZE = 336;
  private static final int PATCH = 14;

  /**
   * 400 by 200 pixels become 336 by 168, with bars of 84 pixels (6 patches) at the top and the
   * bottom.
   */
  private static final Scene WIDE =
      new Scene(
          400,
          200,
          new Backdrop(Backdrop.Pattern.PLAIN, Color.WHITE, Color.WHITE, 20),
          List.of(
              new Item(Shape.SQUARE, Colour.RED, ItemSize.LARGE, Place.LEFT, 100, 100, 50, 0),
              new Item(Shape.CIRCLE, Colour.BLUE, ItemSize.SMALL, Place.RIGHT, 350, 60, 25, 0)));

  @Test
  void barsBackgroundAndItemsAreWhereTheyMustBe() {
    PatchLabels labels = PatchLabels.of(WIDE, SIZE, PATCH);

    assertThat(labels.grid()).isEqualTo(24);
    for (int column = 0; column < 24; column++) {
      assertThat(labels.label(5, column)).isEqualTo(PatchLabels.PADDING);
      assertThat(labels.label(6, column)).isEqualTo(PatchLabels.BACKGROUND);
      assertThat(labels.label(17, column)).isEqualTo(PatchLabels.BACKGROUND);
      assertThat(labels.label(18, column)).isEqualTo(PatchLabels.PADDING);
    }
    // The square spans 60..140 of 400 and of 200: patches 3.6 to 8.4, from the bar 9.6 to 14.4.
    assertThat(labels.label(12, 3)).isZero();
    assertThat(labels.coverage(12, 3)).isCloseTo(0.4f, within(0.1f));
    assertThat(labels.item(12, 6)).contains(WIDE.items().get(0));
    assertThat(labels.coverage(12, 6)).isEqualTo(1);
    assertThat(labels.label(12, 2)).isEqualTo(PatchLabels.BACKGROUND);
    assertThat(labels.item(12, 2)).isEmpty();
    assertThat(labels.label(8, 6)).isEqualTo(PatchLabels.BACKGROUND);
    // The circle's centre: 350 / 400 * 24 = 21 and 6 + 60 / 400 * 24 = 9.6.
    assertThat(labels.item(9, 20)).contains(WIDE.items().get(1));
  }

  @Test
  void whatIsLabelledIsWhatTheTowerSees() {
    ClipImageProcessor processor = new ClipImageProcessor(ClipImageConfig.openAi(SIZE, Aspect.PAD));
    int items = 0;
    int bars = 0;
    for (Scene scene : World.scenes(Split.TRAIN, 9, 60).toList()) {
      PatchLabels labels = PatchLabels.of(scene, SIZE, PATCH);
      byte[] pixels = processor.process(rgb(SceneArtist.draw(scene))).chw();
      for (int row = 0; row < labels.grid(); row++) {
        for (int column = 0; column < labels.grid(); column++) {
          int[] middle = pixel(pixels, row * PATCH + PATCH / 2, column * PATCH + PATCH / 2);
          if (labels.coverage(row, column) == 1) {
            Color paint = labels.item(row, column).orElseThrow().colour().paint();
            assertClose(middle, new int[] {paint.getRed(), paint.getGreen(), paint.getBlue()});
            items++;
          } else if (labels.label(row, column) == PatchLabels.PADDING) {
            assertClose(middle, new int[] {122, 116, 104});
            bars++;
          }
        }
      }
    }
    assertThat(items).isGreaterThan(500);
    assertThat(bars).isGreaterThan(500);
  }

  private static void assertClose(int[] seen, int[] expected) {
    for (int channel = 0; channel < 3; channel++) {
      assertThat(seen[channel]).isCloseTo(expected[channel], within(12));
    }
  }

  private static int[] pixel(byte[] chw, int y, int x) {
    int[] channels = new int[3];
    for (int channel = 0; channel < 3; channel++) {
      channels[channel] = chw[(channel * SIZE + y) * SIZE + x] & 0xff;
    }
    return channels;
  }

  private static RgbImage rgb(BufferedImage image) {
    byte[] pixels = ((DataBufferByte) image.getRaster().getDataBuffer()).getData().clone();
    for (int i = 0; i < pixels.length; i += 3) {
      byte blue = pixels[i];
      pixels[i] = pixels[i + 2];
      pixels[i + 2] = blue;
    }
    return new RgbImage(image.getWidth(), image.getHeight(), pixels);
  }

  @Test
  void everyItemShowsInSomePatch() {
    World.scenes(Split.HELD_OUT, 4, 300)
        .forEach(
            scene -> {
              PatchLabels labels = PatchLabels.of(scene, SIZE, PATCH);
              for (int item = 0; item < scene.items().size(); item++) {
                assertThat(labels.toArray()).contains(item);
              }
            });
  }

  @Test
  void refusesPatchesThatDoNotFit() {
    assertThatThrownBy(() -> PatchLabels.of(WIDE, 10, 14))
        .hasMessage("patches of 14 do not fit into 10 pixels");
  }
}
