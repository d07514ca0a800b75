/**
 * What a message says: records, their JSON, and the headers beside it.
 *
 * <p>Every message is one JSON object (RFC 8259) in UTF-8. {@link
 * org.stfbatch.kafka.message.MessageType} names the kinds and holds a JSON Schema for each; a
 * record's {@code parse} accepts what its schema accepts. Beyond what a schema can say, a field
 * that occurs twice is refused, and so are numbers of more than 1000 digits and nesting deeper than
 * 1000. Unknown fields are passed over, except an image job's whose name looks like a setting: it
 * is misspelt, or another program's, and would have changed the answer. And null stands for an
 * optional field that is absent.
 */
package org.stfbatch.kafka.message;
