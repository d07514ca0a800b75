package org.stfbatch.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.kafka.message.MessageHeaders;
import org.stfbatch.kafka.testing.TestBroker;

class DeadLettersTest {

  @RegisterExtension static final TestBroker BROKER = new TestBroker();

  private static final TopicIdentity SOURCE = new TopicIdentity("cluster", "topic-id");

  @Test
  void keepsTheMessageAndTellsWhyAndWhereFrom() {
    String topic = BROKER.newName();
    MessageHeaders own = MessageHeaders.NONE.with("trace-id", "t");
    byte[] poison = {(byte) 0xFF, 0, 1};
    TopicRecord record = new TopicRecord(3, 17, 1234, Wire.bytes("k"), poison, own);
    try (DeadLetters letters = letters(topic, SOURCE)) {
      letters.publish(List.of(new DeadLetter(record, "MESSAGE_JSON", "it is no größe")));
    }

    TopicRecord letter = only(topic);

    assertThat(letter.keyText()).contains("k");
    assertThat(letter.value()).isEqualTo(poison);
    assertThat(letter.headers())
        .isEqualTo(
            own.with("stf-batch-dlq-topic", topic)
                .with("stf-batch-dlq-partition", "3")
                .with("stf-batch-dlq-offset", "17")
                .with("stf-batch-dlq-timestamp", "1234")
                .with("stf-batch-dlq-code", "MESSAGE_JSON")
                .with("stf-batch-dlq-reason", "it is no größe"));
  }

  @Test
  void handedInAgainAfterARestartEachComesOnce() {
    String topic = BROKER.newName();
    try (DeadLetters letters = letters(topic, SOURCE)) {
      letters.publish(List.of(letter(0, 1), letter(0, 2), letter(1, 5)));
    }
    try (DeadLetters letters = letters(topic, SOURCE)) {
      letters.publish(List.of(letter(0, 1), letter(0, 2), letter(1, 5)));
      letters.publish(List.of(letter(0, 2), letter(0, 3), letter(2, 0)));
      letters.publish(List.of(letter(0, 3), letter(0, 4)));
    }
    assertThat(places(topic)).containsExactlyInAnyOrder("0/1", "0/2", "0/3", "0/4", "1/5", "2/0");
  }

  @Test
  void offsetsOfADeletedTopicSayNothing() {
    String topic = BROKER.newName();
    try (DeadLetters letters = letters(topic, SOURCE)) {
      letters.publish(List.of(letter(0, 100)));
    }
    try (DeadLetters letters = letters(topic, new TopicIdentity("cluster", "new"))) {
      letters.publish(List.of(letter(0, 1)));
    }
    assertThat(places(topic)).containsExactlyInAnyOrder("0/100", "0/1");
  }

  @Test
  void withoutALetterThereIsNoTopic() {
    String topic = BROKER.newName();
    try (DeadLetters letters = letters(topic, SOURCE);
        TopicAdmin admin = new TopicAdmin(BROKER.settings(), BrokerListener.logging())) {
      letters.publish(List.of());
      assertThat(admin.find(DeadLetters.topicOf(topic))).isEmpty();
    }
  }

  @Test
  void aMessageThatIsTooLargeWithItsReasonGoesWithoutItsValue() {
    String topic = BROKER.newName();
    byte[] value = new byte[32 << 20];
    TopicRecord record = new TopicRecord(0, 0, 0, Wire.bytes("k"), value, MessageHeaders.NONE);
    try (DeadLetters letters = letters(topic, SOURCE)) {
      letters.publish(List.of(new DeadLetter(record, "CODE", "reason")));
    }

    TopicRecord letter = only(topic);

    assertThat(letter.value()).isNull();
    assertThat(letter.keyText()).contains("k");
    assertThat(letter.headers().text(DeadLetter.OMITTED)).contains(Integer.toString(32 << 20));
    assertThat(letter.headers().text(DeadLetter.REASON)).contains("reason");
  }

  @Test
  void aMessageWithoutKeyAndValueIsALetterToo() {
    String topic = BROKER.newName();
    TopicRecord record = new TopicRecord(0, 0, 0, null, null, MessageHeaders.NONE);
    try (DeadLetters letters = letters(topic, SOURCE)) {
      letters.publish(List.of(new DeadLetter(record, "MESSAGE_EMPTY", "reason")));
    }
    assertThat(only(topic).value()).isNull();
    assertThat(only(topic).key()).isNull();
  }

  private static DeadLetters letters(String topic, TopicIdentity source) {
    return new DeadLetters(BROKER.settings(), topic, source, "reader", BrokerListener.logging());
  }

  private static DeadLetter letter(int partition, long offset) {
    byte[] value = Wire.bytes(partition + "/" + offset);
    return new DeadLetter(
        new TopicRecord(partition, offset, 0, null, value, MessageHeaders.NONE), "CODE", "reason");
  }

  private static List<String> places(String topic) {
    return Wire.texts(Wire.readAll(BROKER.settings(), DeadLetters.topicOf(topic)));
  }

  private static TopicRecord only(String topic) {
    List<TopicRecord> records = Wire.readAll(BROKER.settings(), DeadLetters.topicOf(topic));
    assertThat(records).hasSize(1);
    return records.get(0);
  }
}
