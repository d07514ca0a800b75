/**
 * Message types: records, their JSON and their headers.
 *
 * <p>Every message is one JSON object (RFC 8259) in UTF-8. {@link
 * org.stfbatch.kafka.message.MessageType} lists the types with a JSON Schema for each; a record's
 * {@code parse} accepts what its schema accepts. In addition to the schema, duplicate fields,
 * numbers of more than 1000 digits and nesting deeper than 1000 are rejected. Unknown fields are
 * ignored, with one exception: a field of an image job whose name looks like a misspelt setting, or
 * like a setting of another program, is rejected, because the setting would affect the answer. Null
 * is equivalent to an absent optional field.
 */
package org.stfbatch.kafka.message;
