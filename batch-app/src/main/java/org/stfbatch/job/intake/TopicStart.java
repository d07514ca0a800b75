package org.stfbatch.job.intake;

/** Where reading a topic starts. */
public enum TopicStart {
  /** Where the group stopped; of a topic that it has not read, at the first message. */
  STORED,
  /** At the first message that is left. */
  EARLIEST,
  /** Behind the last message. */
  LATEST
}
