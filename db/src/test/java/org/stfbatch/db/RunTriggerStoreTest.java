package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.db.RunTrigger.State;
import org.stfbatch.db.RunTriggerStore.NewTrigger;
import org.stfbatch.db.testing.TestDatabase;

class RunTriggerStoreTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private RunTriggerStore triggers;
  private KafkaReader reader;
  private Run run;

  @BeforeEach
  void newReader(TestInfo test) {
    triggers = new RunTriggerStore(DATABASE.dataSource());
    reader =
        new KafkaReaderStore(DATABASE.dataSource()).findOrCreate("group", test.getDisplayName());
    run = new RunStore(DATABASE.dataSource()).findOrCreate(test.getDisplayName());
  }

  @Test
  void aMessageIsStoredOnceAndCarriedOutInOrder() {
    assertThat(add("id", trigger(0, "first"), trigger(1, "second"))).isEqualTo(2);
    assertThat(add("id", trigger(1, "second"), trigger(2, "third"))).isEqualTo(1);

    assertThat(triggers.all(reader))
        .extracting(RunTrigger::request)
        .containsExactly("first", "second", "third");
    assertThat(next().request()).isEqualTo("first");
    assertThat(next().state()).isEqualTo(State.WAITING);
  }

  @Test
  void theOneThatWasBegunIsGoneOnWithBeforeOthers() {
    add("id", trigger(0, "first"), trigger(1, "second"));
    RunTrigger second = triggers.all(reader).get(1);

    triggers.start(second.triggerId(), run.runId(), 7);
    triggers.took(second.triggerId(), 5);
    triggers.start(second.triggerId(), run.runId(), 9);
    triggers.took(second.triggerId(), 2);
    assertThat(triggers.progress(second.triggerId())).isEqualTo(new RunTriggerStore.Progress(7, 7));
    assertThat(next().request()).isEqualTo("second");
    assertThat(next().run()).contains(run.name());

    triggers.finish(second.triggerId());
    assertThat(next().request()).isEqualTo("first");
  }

  @Test
  void aFailedOneKeepsItsReasonAndIsNotTriedAgain() {
    add(
        "id",
        trigger(0, "first"),
        new NewTrigger(0, 1, "not JSON \0", Optional.of("it is not JSON \0")));
    triggers.fail(next().triggerId(), "no such file");

    assertThat(triggers.next(reader)).isEmpty();
    assertThat(triggers.all(reader))
        .extracting(trigger -> trigger.error().orElseThrow())
        .containsExactly("no such file", "it is not JSON \uFFFD");
    assertThat(triggers.all(reader)).extracting(RunTrigger::state).containsOnly(State.FAILED);
  }

  @Test
  void equalOffsetsOfANewTopicOfTheSameNameAreOtherMessages() {
    add("id", trigger(0, "first"));

    assertThat(add("new id", trigger(0, "first again"))).isEqualTo(1);
  }

  private RunTrigger next() {
    return triggers.next(reader).orElseThrow();
  }

  private int add(String topicId, NewTrigger... messages) {
    return triggers.add(reader, topicId, List.of(messages));
  }

  private static NewTrigger trigger(long offset, String request) {
    return new NewTrigger(0, offset, request, Optional.empty());
  }
}
