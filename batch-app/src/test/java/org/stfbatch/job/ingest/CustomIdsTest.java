package org.stfbatch.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.image.ImageRoot;

class CustomIdsTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "x"})
  void aLongNameIsCutBetweenCharacters(String before) {
    String image = before + "😀".repeat(150) + ".png";
    String name = new CustomIds(new ImageRoot.Folder(Path.of("/images"))).ofCaption(image, "What?");

    NewImageJob job =
        NewImageJob.toAnswer(
            name, OptionalLong.empty(), ImagePrompt.about(image, "What?"), JobSettings.DEFAULTS);
    assertThat(job.customId()).contains("😀.png@").startsWith("caption-");
  }
}
