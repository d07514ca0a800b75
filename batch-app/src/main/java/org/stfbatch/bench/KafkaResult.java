package org.stfbatch.bench;

/**
 * Throughput from topic to topic with an engine that answers immediately.
 *
 * @param messages on each of the topics of jobs
 * @param partitions of each of these topics
 * @param intakePerSecond messages per second from the topic into the database
 * @param inferPerSecond jobs per second from the database to the database
 * @param publishPerSecond outcomes per second from the database to a topic
 * @param throughPerSecond jobs per second of one job of these three steps, from its start to its
 *     end
 * @param published records that a reader of committed messages finds afterwards
 */
public record KafkaResult(
    int messages,
    int partitions,
    double intakePerSecond,
    double inferPerSecond,
    double publishPerSecond,
    double throughPerSecond,
    long published) {

  void print(Text text) {
    text.line(
        "kafka: %d text-only jobs on %d partitions, an engine that answers at once",
        messages, partitions);
    text.value("intake messages/s", "%.0f", intakePerSecond);
    text.value("infer jobs/s", "%.0f", inferPerSecond);
    text.value("publish outcomes/s", "%.0f", publishPerSecond);
    text.value("topic to topic jobs/s", "%.0f", throughPerSecond);
    text.value("published", "%d", published);
    text.blank();
  }
}
