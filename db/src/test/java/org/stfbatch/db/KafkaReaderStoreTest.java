package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.stfbatch.db.KafkaReaderStore.Move;
import org.stfbatch.db.testing.TestDatabase;

class KafkaReaderStoreTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final KafkaTopicId ID_1 = new KafkaTopicId("cluster", "id 1");
  private static final KafkaTopicId ID_2 = new KafkaTopicId("cluster", "id 2");

  private KafkaReaderStore readers;
  private KafkaReader reader;

  @BeforeEach
  void newReader(TestInfo test) {
    readers = new KafkaReaderStore(DATABASE.dataSource());
    reader = readers.findOrCreate("group", test.getDisplayName());
  }

  @Test
  void aPositionMovesOnFromWhereItIs() {
    Run run = new RunStore(DATABASE.dataSource()).findOrCreate("reads");
    readers.begin(reader, ID_1, Map.of(0, 5L, 1, 0L));

    readers.move(
        reader, List.of(new Move(0, 5, 9), new Move(1, 0, 1)), OptionalLong.of(run.runId()));

    assertThat(readers.positions(reader)).isEqualTo(Map.of(0, 9L, 1, 1L));
    assertThat(readers.findOrCreate("group", reader.topic()).known()).contains(ID_1);
  }

  @Test
  void ofTwoThatReadTheSameMessagesOneMovesNothingAndLearnsOfIt() {
    readers.begin(reader, ID_1, Map.of(0, 5L, 1, 7L));
    readers.move(reader, List.of(new Move(0, 5, 9)), OptionalLong.empty());
    TransactionTemplate chunk =
        new TransactionTemplate(new JdbcTransactionManager(DATABASE.dataSource()));

    assertThatThrownBy(
            () ->
                chunk.executeWithoutResult(
                    status ->
                        readers.move(
                            reader,
                            List.of(new Move(1, 7, 8), new Move(0, 5, 8)),
                            OptionalLong.empty())))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining(reader.topic())
        .hasMessageContaining("--group");
    assertThat(readers.positions(reader)).isEqualTo(Map.of(0, 9L, 1, 7L));
  }

  @Test
  void groupsReadIndependently() {
    KafkaReader other = readers.findOrCreate("other group", reader.topic());
    readers.begin(reader, ID_1, Map.of(0, 5L));
    readers.begin(other, ID_1, Map.of(0, 6L));

    assertThat(readers.positions(reader)).isEqualTo(Map.of(0, 5L));
    assertThat(readers.positions(other)).isEqualTo(Map.of(0, 6L));
    assertThat(readers.all()).extracting(KafkaReader::group).contains("group", "other group");
  }

  @Test
  void anotherTopicOfTheSameNameBeginsAnew() {
    readers.begin(reader, ID_1, Map.of(0, 5L, 1, 6L));
    readers.begin(reader, ID_1, Map.of(2, 0L));
    assertThat(readers.positions(reader)).isEqualTo(Map.of(0, 5L, 1, 6L, 2, 0L));

    readers.begin(reader, ID_2, Map.of(0, 1L));

    assertThat(readers.positions(reader)).isEqualTo(Map.of(0, 1L));
  }

  @Test
  void whatWasBegunKeepsItsPositionUnlessItIsReset() {
    readers.begin(reader, ID_1, Map.of(0, 5L));
    readers.begin(reader, ID_1, Map.of(0, 9L));
    assertThat(readers.positions(reader)).isEqualTo(Map.of(0, 5L));

    readers.reset(reader, ID_1, Map.of(1, 9L));

    assertThat(readers.positions(reader)).isEqualTo(Map.of(1, 9L));
  }

  @Test
  void oneProcessReadsATopicInTheNameOfAGroup() {
    KafkaReader other = readers.findOrCreate("other group", reader.topic());
    try (ReaderLock lock = lock(reader, "host a").orElseThrow();
        ReaderLock independent = lock(other, "host b").orElseThrow()) {
      lock.beat();
      independent.beat();
      assertThat(lock(reader, "host c")).isEmpty();
      assertThat(ReaderLock.holder(DATABASE.database(), reader).map(Lease::owner))
          .contains("host a");
    }
    assertThat(ReaderLock.holder(DATABASE.database(), reader)).isEmpty();
  }

  @Test
  void locksOfRunsAndReadersOfTheSameNumberAreApart() {
    long sameNumber = reader.readerId();
    try (ReaderLock lock = lock(reader, "a").orElseThrow()) {
      assertThat(RunLock.holder(DATABASE.database(), sameNumber)).isEmpty();
      lock.beat();
    }
  }

  @Test
  void aGroupNeedsAName() {
    assertThatThrownBy(() -> readers.findOrCreate(" ", "topic"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("blank");
  }

  private static Optional<ReaderLock> lock(KafkaReader reader, String owner) {
    return ReaderLock.tryAcquire(DATABASE.database(), reader, owner);
  }
}
