package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClipImageProcessorTest {

  /** Hashes of Pillow 9.4's results for the same pattern: pad, resize, crop. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 14, PAD, 69d5c7709f069926",
    "1, 1, 14, SQUARE, 69d5c7709f069926",
    "1, 1, 56, PAD, 0aa8442965f758ae",
    "1, 1, 56, SQUARE, 0aa8442965f758ae",
    "1, 1, 336, PAD, 3c3b4978e945eff0",
    "1, 1, 336, SQUARE, 3c3b4978e945eff0",
    "2, 1, 14, PAD, 79c662ce04c17b04",
    "2, 1, 14, SQUARE, 17557510e0c98e6e",
    "2, 1, 56, PAD, 7a40971280902f59",
    "2, 1, 56, SQUARE, 4972dd785e85e4b6",
    "2, 1, 336, PAD, 69a2db99b5f9481d",
    "2, 1, 336, SQUARE, 3b2d9756bb7d2f3c",
    "1, 7, 14, PAD, f4dd286e29ddf99f",
    "1, 7, 14, SQUARE, c512b97f18993763",
    "1, 7, 56, PAD, c52884cf179b889c",
    "1, 7, 56, SQUARE, 326bf29f0a658a75",
    "1, 7, 336, PAD, 1f4cec71654555a9",
    "1, 7, 336, SQUARE, ac4f3a69103c7099",
    "5, 3, 14, PAD, 06d2b7f8195a44ce",
    "5, 3, 14, SQUARE, ddf7182bff5b7522",
    "5, 3, 56, PAD, f4d2119b2a1843e6",
    "5, 3, 56, SQUARE, 5eb4c1a63c33fd99",
    "5, 3, 336, PAD, 8e7e73628fcaaac9",
    "5, 3, 336, SQUARE, 002beaf41ef944e9",
    "37, 53, 14, PAD, 34d1593b86d19cde",
    "37, 53, 14, SQUARE, 770715e57811635e",
    "37, 53, 56, PAD, 9c371523e0315f9c",
    "37, 53, 56, SQUARE, bf596b930660a9e5",
    "37, 53, 336, PAD, 8584076470af983a",
    "37, 53, 336, SQUARE, 3ed8768540761a32",
    "53, 37, 14, PAD, 31ef06b8597e5686",
    "53, 37, 14, SQUARE, 0ccaac5d3b5bec15",
    "53, 37, 56, PAD, a420593e52db4d2a",
    "53, 37, 56, SQUARE, da14abd04b1f8ad2",
    "53, 37, 336, PAD, fac4504444258f08",
    "53, 37, 336, SQUARE, e69910c65868e0db",
    "224, 224, 14, PAD, d517282d33c7a849",
    "224, 224, 14, SQUARE, d517282d33c7a849",
    "224, 224, 56, PAD, dbc0615193751030",
    "224, 224, 56, SQUARE, dbc0615193751030",
    "224, 224, 336, PAD, d1686dd8cb2e10c0",
    "224, 224, 336, SQUARE, d1686dd8cb2e10c0",
    "336, 336, 14, PAD, eea34da3508f0155",
    "336, 336, 14, SQUARE, eea34da3508f0155",
    "336, 336, 56, PAD, 6f71d843cd8eb1db",
    "336, 336, 56, SQUARE, 6f71d843cd8eb1db",
    "336, 336, 336, PAD, a71b518605df244d",
    "336, 336, 336, SQUARE, a71b518605df244d",
    "336, 335, 14, PAD, 0faa62869dd6a370",
    "336, 335, 14, SQUARE, 42630fc3c85c0ac7",
    "336, 335, 56, PAD, f23444089ba03027",
    "336, 335, 56, SQUARE, f8410381b2ae6eac",
    "336, 335, 336, PAD, ed612d249dd90523",
    "336, 335, 336, SQUARE, e71158371e96b97c",
    "335, 336, 14, PAD, 81f56216dc139ed7",
    "335, 336, 14, SQUARE, 8d5fda5ae33d9e9f",
    "335, 336, 56, PAD, 04c90b34f36002ab",
    "335, 336, 56, SQUARE, b95fecd523111101",
    "335, 336, 336, PAD, c494b42354fa75ad",
    "335, 336, 336, SQUARE, 671f8b2daeed99e5",
    "337, 640, 14, PAD, 5f86c8aacd6ff21e",
    "337, 640, 14, SQUARE, ca6b3d59a356ae2c",
    "337, 640, 56, PAD, 37b5e1d1bd91fb90",
    "337, 640, 56, SQUARE, 44946ce699d27d70",
    "337, 640, 336, PAD, 1b0bd5a060e474bb",
    "337, 640, 336, SQUARE, 8e1c5be9834ee1f7",
    "640, 480, 14, PAD, 7d4ed3dac388eb69",
    "640, 480, 14, SQUARE, 605c081bcd88384f",
    "640, 480, 56, PAD, 31679c8d5f0816a1",
    "640, 480, 56, SQUARE, 763bf544f27f7475",
    "640, 480, 336, PAD, 78e59204e1fa3304",
    "640, 480, 336, SQUARE, bdd4141201df8f99",
    "481, 641, 14, PAD, b3df6400c4d30e3b",
    "481, 641, 14, SQUARE, bb4c99ee97a09ccc",
    "481, 641, 56, PAD, ddd0927f5d1f9d30",
    "481, 641, 56, SQUARE, 74ce50d511ad9874",
    "481, 641, 336, PAD, 1cd061d6b1cefb0e",
    "481, 641, 336, SQUARE, 54f91f577cff80bb",
    "1023, 17, 14, PAD, 2297a5a6f01ebfba",
    "1023, 17, 14, SQUARE, 187a071c076cb0d0",
    "1023, 17, 56, PAD, d87a34584722a009",
    "1023, 17, 56, SQUARE, 31b35db985233142",
    "1023, 17, 336, PAD, 4060a37bb579ff8c",
    "1023, 17, 336, SQUARE, 40e711754ea6fbbe",
    "17, 1023, 14, PAD, 44229d1a754776ea",
    "17, 1023, 14, SQUARE, 0a30bf7da5eaed0f",
    "17, 1023, 56, PAD, 0102a44f7b7c8a81",
    "17, 1023, 56, SQUARE, 2c3c34e453b63c07",
    "17, 1023, 336, PAD, 0561c5a5cc6650b0",
    "17, 1023, 336, SQUARE, 34d6c1624eaebbcf",
    "2000, 3, 14, PAD, 9ffbf2061c4931b5",
    "2000, 3, 14, SQUARE, 438af3c8530b56bd",
    "2000, 3, 56, PAD, 561749c01f10762b",
    "2000, 3, 56, SQUARE, 3bf9efd9c985f701",
    "2000, 3, 336, PAD, fca5c4251e835723",
    "2000, 3, 336, SQUARE, afb3ab3d4c1a88f1",
    "3, 2001, 14, PAD, 9ffbf2061c4931b5",
    "3, 2001, 14, SQUARE, 51a5c3f0215a4c87",
    "3, 2001, 56, PAD, a8b82431f5f631a8",
    "3, 2001, 56, SQUARE, 7914fbcabb07dd7e",
    "3, 2001, 336, PAD, c157ba6664f59421",
    "3, 2001, 336, SQUARE, a5d0d156bf139fc4",
    "1, 5000, 14, PAD, 9ffbf2061c4931b5",
    "1, 5000, 14, SQUARE, 90bd17b2c357e338",
    "1, 5000, 56, PAD, 824b53776b94619e",
    "1, 5000, 56, SQUARE, 5be9dff3cceb53af"
  })
  void resizesAsPillowDoes(int width, int height, int size, Aspect aspect, String hash) {
    Pixels pixels =
        new ClipImageProcessor(ClipImageConfig.openAi(size, aspect))
            .process(pattern(width, height));
    assertThat(TestImages.sha256(pixels.chw())).startsWith(hash);
  }

  private static RgbImage pattern(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i * i * 31 + i * 17 + (i >> 3) + i / (3 * width) * 5);
    }
    return new RgbImage(width, height, rgb);
  }

  @Test
  void padsWithTheMeanColourOfTheConfiguration() {
    ClipImageConfig config =
        new ClipImageConfig(
            8, new double[] {0.5, 0.25, 1}, new double[] {0.5, 0.5, 0.5}, Aspect.PAD);
    byte[] chw =
        new ClipImageProcessor(config).process(new RgbImage(8, 2, new byte[3 * 8 * 2])).chw();
    assertThat(chw[0]).isEqualTo((byte) 127);
    assertThat(chw[64]).isEqualTo((byte) 63);
    assertThat(chw[128]).isEqualTo((byte) 255);
    assertThat(chw[8 * 4]).isZero();
  }

  @Test
  void keepsAPictureThatAlreadyFits() {
    RgbImage image = TestImages.random(56, 56, 1);
    byte[] chw =
        new ClipImageProcessor(ClipImageConfig.openAi(56, Aspect.SQUARE)).process(image).chw();
    for (int i = 0; i < 56 * 56; i++) {
      assertThat(chw[i]).isEqualTo(image.rgb()[3 * i]);
    }
  }

  @Test
  void padsALineWithoutMakingTheSquareCanvas() {
    RgbImage line = new RgbImage(1, 300_000, new byte[900_000]);
    ClipImageProcessor processor = new ClipImageProcessor(ClipImageConfig.openAi(14, Aspect.PAD));
    assertThat(processor.process(line).chw()[7]).isBetween((byte) 100, (byte) 122);
    ClipImageProcessor cropping = new ClipImageProcessor(ClipImageConfig.openAi(14, Aspect.SQUARE));
    assertThat(cropping.process(line).chw()).containsOnly(0);
  }

  @Test
  void givesTheSameInManyThreads() {
    ClipImageProcessor processor = new ClipImageProcessor(ClipImageConfig.openAi(56, Aspect.PAD));
    List<RgbImage> images =
        IntStream.range(0, 40).mapToObj(i -> TestImages.random(20 + i, 90 - i, i)).toList();
    List<String> alone = images.stream().map(i -> processor.process(i).contentHash()).toList();
    List<String> together =
        images.parallelStream().map(i -> processor.process(i).contentHash()).toList();
    assertThat(together).isEqualTo(alone);
  }

  @Test
  void tellsPicturesApartByTheirContent() {
    byte[] bytes = new byte[3 * 4 * 4];
    Pixels black = new Pixels(4, bytes);
    byte[] other = bytes.clone();
    other[47] = 1;
    assertThat(black.contentHash())
        .matches("[0-9a-f]{64}")
        .isEqualTo(new Pixels(4, bytes.clone()).contentHash())
        .isNotEqualTo(new Pixels(4, other).contentHash());
  }

  @Test
  void remembersABoundedNumberOfTables() {
    BicubicTables tables = new BicubicTables();
    for (int size = 1; size < 300; size++) {
      tables.get(size, 14, 0, 14);
    }
    assertThat(tables.size()).isLessThanOrEqualTo(64);
    assertThat(tables.get(299, 14, 0, 14)).isSameAs(tables.get(299, 14, 0, 14));
  }

  @Test
  void refusesSenselessConfigurations() {
    double[] half = {0.5, 0.5, 0.5};
    assertThatThrownBy(() -> new ClipImageConfig(0, half, half, Aspect.PAD))
        .hasMessageContaining("size");
    assertThatThrownBy(() -> new ClipImageConfig(56, new double[] {0.5}, half, Aspect.PAD))
        .hasMessageContaining("mean must have 3 values");
    assertThatThrownBy(() -> new ClipImageConfig(56, half, new double[3], Aspect.PAD))
        .hasMessageContaining("std must be positive");
  }

  @Test
  void doesNotShareItsArrays() {
    double[] mean = {0.5, 0.5, 0.5};
    ClipImageConfig config = new ClipImageConfig(4, mean, mean, Aspect.PAD);
    Arrays.fill(mean, 0);
    config.mean()[0] = 0;
    assertThat(config.mean()).containsOnly(0.5);
  }
}
