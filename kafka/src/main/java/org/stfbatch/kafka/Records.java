package org.stfbatch.kafka;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.stfbatch.kafka.message.MessageHeaders;

/** Conversions between this module's records and the client's. */
final class Records {

  private Records() {}

  static TopicRecord read(ConsumerRecord<byte[], byte[]> record) {
    return new TopicRecord(
        record.partition(),
        record.offset(),
        record.timestamp(),
        record.key(),
        record.value(),
        headers(record.headers().toArray()));
  }

  static ProducerRecord<byte[], byte[]> toSend(String topic, OutgoingRecord record) {
    List<Header> headers = new ArrayList<>(record.headers().all().size());
    for (MessageHeaders.Header header : record.headers().all()) {
      headers.add(new RecordHeader(header.name(), header.value()));
    }
    return new ProducerRecord<>(topic, null, record.key(), record.value(), headers);
  }

  private static MessageHeaders headers(Header[] headers) {
    if (headers.length == 0) {
      return MessageHeaders.NONE;
    }
    List<MessageHeaders.Header> read = new ArrayList<>(headers.length);
    for (Header header : headers) {
      read.add(new MessageHeaders.Header(header.key(), header.value()));
    }
    return new MessageHeaders(read);
  }
}
