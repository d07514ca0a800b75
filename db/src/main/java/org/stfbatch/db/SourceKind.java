package org.stfbatch.db;

/** Kind of a job source. */
public enum SourceKind {
  /** A file of question lines. */
  QUESTIONS("questions"),
  /** A folder of images to caption. */
  CAPTIONS("captions"),
  /** A Kafka topic. */
  KAFKA("kafka"),
  /** A WebDataset shard: a tar file of images with their questions. */
  WEBDATASET("webdataset");

  private final String stored;

  SourceKind(String stored) {
    this.stored = stored;
  }

  String stored() {
    return stored;
  }
}
