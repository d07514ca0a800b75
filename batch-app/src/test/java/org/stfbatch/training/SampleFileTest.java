package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SampleFileTest {
  private static final String GOOD =
      "{'id':'a','image':'x.png','conversations':[{'from':'human','value':'<image>\\nWhat?'},{'from':'gpt','value':'That.'}]}";

  @TempDir private Path folder;

  private List<Sample> read(String json) throws IOException {
    return SampleFile.read(Files.writeString(folder.resolve("data.json"), json.replace('\'', '"')));
  }

  @Test
  void samplesComeInOrderWithOrWithoutPictures() throws IOException {
    List<Sample> samples =
        read(
            "[" + GOOD + ",{'id':7,'conversations':[{'from':'human','value':'Hi'}],'image':null}]");

    assertThat(samples).hasSize(2);
    assertThat(samples.get(0).image()).contains("x.png");
    assertThat(samples.get(0).turns().get(1)).isEqualTo(new Turn(Speaker.GPT, "That."));
    assertThat(samples.get(1).name()).isEqualTo("sample 1 (id \"7\")");
    assertThat(samples.get(1).image()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[%s, 7] | sample 1 is no object",
        "[%s, {'id':'b'}] | sample 1 (id \"b\") has no conversations",
        "[%s, {'conversations':[{'from':'human'}]}] | sample 1 has no text (value) in turn 0",
        "[%s, {'image':3,'conversations':[{'from':'human','value':'x'}]}] | sample 1 has an image that is no file name",
        "[%s, {'conversations':[{'from': | is not valid JSON after sample 0",
        "[] | holds no samples"
      })
  void whatCannotBeUsedIsNamed(String json, String problem) {
    assertThatThrownBy(() -> read(json.replace("%s", GOOD)))
        .isInstanceOf(TrainingDataException.class)
        .hasMessageContaining(problem)
        .hasMessageContaining(": ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void whoSpeaksIsToldWhereItMatters() throws IOException {
    List<Sample> samples =
        read(
            "[{'conversations':[]},{'conversations':[{'from':'system','value':'x'},{'value':'y'},{'from':'Human','value':'z'}]}]");

    assertThat(samples.get(0).turns()).isEmpty();
    assertThat(samples.get(1).turns()).extracting(Turn::speaker).containsOnly(Speaker.OTHER);
  }

  @Test
  void aLongIdIsShortenedInMessages() {
    assertThat(new Sample(1, "x".repeat(5000), Optional.empty(), List.of()).name())
        .hasSizeLessThan(130);
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> SampleFile.read(folder.resolve("none.json")))
        .isInstanceOf(TrainingDataException.class)
        .hasMessageContaining("none.json: check --data");
  }
}
