package org.stfbatch.job.intake;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.kafka.DeadLetter;
import org.stfbatch.kafka.TopicIdentity;

/**
 * Messages that are committed together.
 *
 * @param topic the topic that they are from
 * @param begunAt the next offset of each partition when reading began
 * @param messages the number of messages
 * @param jobs by run id, in the order of the ids
 * @param unusable messages for the dead-letter topic
 * @param bytes of the messages' values
 * @param positions the next offset of each partition after these messages
 */
record MessageBatch(
    TopicIdentity topic,
    Map<Integer, Long> begunAt,
    int messages,
    SortedMap<Long, List<NewImageJob>> jobs,
    List<DeadLetter> unusable,
    long bytes,
    Map<Integer, Long> positions) {}
