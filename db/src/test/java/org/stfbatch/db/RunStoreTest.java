package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.db.testing.TestDatabase;

class RunStoreTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @Test
  void aNameIsOneRunHoweverManyAskAtOnce() throws Exception {
    RunStore runs = new RunStore(DATABASE.dataSource());
    Callable<Run> ask = () -> runs.findOrCreate("nightly");
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      Set<Run> got = new HashSet<>();
      for (Future<Run> run : threads.invokeAll(Collections.nCopies(30, ask))) {
        got.add(run.get());
      }
      assertThat(got).hasSize(1);
      assertThat(runs.find("nightly")).contains(got.iterator().next());
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void listsRunsOldestFirst() {
    RunStore runs = new RunStore(DATABASE.dataSource());
    Run first = runs.findOrCreate("z first");
    Run second = runs.findOrCreate("a second");

    assertThat(runs.all()).containsSubsequence(List.of(first, second));
    assertThat(runs.find("never made")).isEmpty();
  }

  @Test
  void refusesUselessNames() {
    RunStore runs = new RunStore(DATABASE.dataSource());

    assertThatThrownBy(() -> runs.findOrCreate(" ")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> runs.findOrCreate("x".repeat(201)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> runs.findOrCreate("a\0")).isInstanceOf(IllegalArgumentException.class);
    assertThat(runs.findOrCreate("😀".repeat(200)).name()).hasSize(400);
  }
}
