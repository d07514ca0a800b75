package org.stfbatch.hub;

/** Is told how a download gets on, by any of its threads. */
public interface FetchListener {
  /**
   * The work is known.
   *
   * @param total bytes of all files
   * @param present of them, bytes that are on this machine already
   */
  void begins(long total, long present);

  /** Bytes have arrived and are written; negative if they turned out to be wrong. */
  void received(long bytes);

  /** Something failed and is tried again. */
  void brokenOff(String what, String why);
}
