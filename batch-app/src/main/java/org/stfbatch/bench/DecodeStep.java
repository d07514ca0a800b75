package org.stfbatch.bench;

/**
 * A step that takes sequences one token further and runs no prompt.
 *
 * @param batch sequences
 * @param milliseconds the median step's
 * @param gigabytesPerSecond weights, keys and values that a step reads, by its time
 * @param memoryShare of the memory bandwidth, measured in turns with the steps
 * @param speedUp by how much it is faster than the other side's, the median of the rounds; 1
 *     without another side
 */
public record DecodeStep(
    int batch, double milliseconds, double gigabytesPerSecond, double memoryShare, double speedUp) {
  void print(Text text) {
    text.row(
        batch,
        Text.format("%.2f", milliseconds),
        Text.format("%.1f", 1000 * batch / milliseconds),
        Text.format("%.1f", gigabytesPerSecond),
        Text.percent(memoryShare),
        Text.format("%.3f", speedUp));
  }
}
