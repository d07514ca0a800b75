package org.stfbatch.job.intake;

/** Where reading a topic starts. */
public enum TopicStart {
  /** Where the group stopped; for a topic that it has not read, at the first message. */
  STORED,
  /** At the first message that the topic still has. */
  EARLIEST,
  /** After the last message. */
  LATEST
}
