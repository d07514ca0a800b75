package org.stfbatch.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SceneFileTest {
  @TempDir private Path folder;

  @Test
  void whatIsReadIsWhatWasDrawn() throws IOException {
    DrawnWorld.write(folder, DrawnWorldSettings.training().withImages(40));

    List<PicturedScene> scenes = SceneFile.read(folder.resolve("scenes.jsonl"));

    SceneSource source = new SceneSource(Split.TRAIN, 1);
    assertThat(scenes).hasSize(40);
    for (int number = 0; number < scenes.size(); number++) {
      assertThat(scenes.get(number)).isEqualTo(source.scene(number));
      assertThat(folder.resolve("images").resolve(scenes.get(number).image())).isNotEmptyFile();
    }
  }

  @Test
  void everyItemIsDescribedForOtherProgramsToo() throws IOException {
    PicturedScene pictured = new SceneSource(Split.TRAIN, 1).scene(3);

    JsonNode line = new ObjectMapper().readTree(SceneFile.line(pictured));

    Item item = pictured.scene().items().get(0);
    JsonNode described = line.get("items").get(0);
    assertThat(line.get("items")).hasSize(pictured.scene().items().size());
    assertThat(described.get("shape").asText()).isEqualTo(item.shape().word());
    assertThat(described.get("colour").asText()).isEqualTo(item.colour().word());
    assertThat(described.get("size").asText()).isEqualTo(item.size().word());
    assertThat(described.get("place").asText()).isEqualTo(item.place().word());
    JsonNode box = described.get("box");
    assertThat(box.get(0).asDouble()).isBetween(item.x() - 1.2 * item.radius(), item.x());
    assertThat(box.get(1).asDouble()).isBetween(item.y() - 1.2 * item.radius(), item.y());
    assertThat(box.get(2).asDouble()).isBetween(item.x(), item.x() + 1.2 * item.radius());
    assertThat(box.get(3).asDouble()).isBetween(item.y(), item.y() + 1.2 * item.radius());
  }

  @Test
  void aBadLineIsNamed() throws IOException {
    String good = SceneFile.line(new SceneSource(Split.TRAIN, 1).scene(0));
    Path file = folder.resolve("scenes.jsonl");

    Files.writeString(file, good + "\n" + good.replace("\"width\"", "\"wide\"") + "\n");
    assertThatThrownBy(() -> SceneFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ", line 2 is no scene: write the pictures anew");

    Files.writeString(file, good.substring(0, 40) + "\n");
    assertThatThrownBy(() -> SceneFile.read(file)).hasMessageContaining("line 1 is no scene");
  }
}
