package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.training.TrainingCurve.Point;

class TrainingCurveTest {
  @TempDir private Path folder;

  @Test
  void aPointIsTheMeanOfItsSteps() throws IOException {
    Path tower = Files.createDirectory(folder.resolve("tower"));
    Files.writeString(
        tower.resolve("log.jsonl"),
        """
        {"step":1,"loss":4.0}
        {"step":2,"loss":2.0}
        {"step":3,"loss":1.5}
        {"step":4,"loss":0.5}
        {"step":5,"loss":0.25}
        {"step":6,"lo""");

    assertThat(TrainingCurve.of(tower, 3))
        .isEqualTo(
            new TrainingCurve(
                "tower", List.of(new Point(2, 3.0), new Point(4, 1.0), new Point(5, 0.25))));
    assertThat(TrainingCurve.of(tower, 100).points()).hasSize(5);
  }
}
