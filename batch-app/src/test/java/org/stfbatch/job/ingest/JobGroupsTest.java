package org.stfbatch.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;

class JobGroupsTest {

  @Test
  void aGroupIsFullAtItsCountOrItsSize() throws Exception {
    assertThat(groups(10, 3, 1, 1, 1, 1)).containsExactly(3, 1);
    assertThat(groups(10, 3, 1, 1, 1)).containsExactly(3);
    assertThat(groups(10, 9, 4, 6, 1, 30, 5, 1)).containsExactly(2, 2, 2);
    assertThat(groups(10, 3)).isEmpty();
  }

  /** Returns the sizes of the groups of jobs with images of these lengths. */
  private static List<Integer> groups(long maxCharacters, int maxJobs, int... lengths)
      throws Exception {
    Iterator<NewImageJob> jobs =
        Stream.of(lengths)
            .flatMapToInt(java.util.Arrays::stream)
            .mapToObj(JobGroupsTest::job)
            .iterator();
    ItemStreamReader<NewImageJob> reader = () -> jobs.hasNext() ? jobs.next() : null;
    JobGroups groups = new JobGroups(reader, maxJobs, maxCharacters);
    List<Integer> sizes = new ArrayList<>();
    for (List<NewImageJob> group = groups.read(); group != null; group = groups.read()) {
      sizes.add(group.size());
    }
    return sizes;
  }

  private static NewImageJob job(int length) {
    return NewImageJob.toAnswer(
        "job",
        OptionalLong.empty(),
        ImagePrompt.about("i".repeat(length), ""),
        JobSettings.DEFAULTS);
  }
}
