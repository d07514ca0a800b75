package org.stfbatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.listener.StepListener;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.ChunkOrientedStepBuilder;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.testing.TestDatabase;

class StoppableReaderTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private final List<List<Integer>> written = new ArrayList<>();

  @Test
  void aStopWithinAChunkCommitsWhatWasReadAndTheRestIsReadLater() {
    StopSignal stop = new StopSignal();
    BatchRuntime batch = new BatchRuntime(DATABASE.dataSource());

    assertThat(batch.runOrResume(job(batch, new Numbers(5, stop), stop), "numbers").getStatus())
        .isEqualTo(BatchStatus.STOPPED);
    assertThat(written).containsExactly(List.of(1, 2, 3), List.of(4, 5));

    StopSignal never = new StopSignal();
    assertThat(batch.runOrResume(job(batch, new Numbers(0, never), never), "numbers").getStatus())
        .isEqualTo(BatchStatus.COMPLETED);
    assertThat(written.subList(2, written.size()))
        .containsExactly(List.of(6, 7, 8), List.of(9, 10));
  }

  private Job job(BatchRuntime batch, Numbers numbers, StopSignal stop) {
    StoppableReader<Integer> reader = new StoppableReader<>(numbers, stop);
    Step step =
        new ChunkOrientedStepBuilder<Integer, Integer>("count", batch.jobRepository(), 3)
            .transactionManager(batch.transactionManager())
            .reader(reader)
            .writer(chunk -> written.add(new ArrayList<>(chunk.getItems())))
            .listener((StepListener) reader)
            .build();
    return new JobBuilder("count", batch.jobRepository()).start(step).build();
  }

  /** Reads 1 to 10, and requests a stop while it reads one of them. */
  private static final class Numbers implements ItemStreamReader<Integer> {
    private final int stopAt;
    private final StopSignal stop;
    private int last;

    Numbers(int stopAt, StopSignal stop) {
      this.stopAt = stopAt;
      this.stop = stop;
    }

    @Override
    public void open(ExecutionContext context) {
      last = context.getInt("last", 0);
    }

    @Override
    public Integer read() {
      if (last == 10) {
        return null;
      }
      last++;
      if (last == stopAt) {
        stop.request("this one");
      }
      return last;
    }

    @Override
    public void update(ExecutionContext context) {
      context.putInt("last", last);
    }
  }
}
