package org.stfbatch.hub;

/** Receives the progress of a download, on any of its threads. */
public interface FetchListener {
  /**
   * Called once, before the first byte is downloaded.
   *
   * @param total bytes of all files
   * @param present bytes of them that already exist on this machine
   */
  void begins(long total, long present);

  /** Called when bytes were written; negative if a checksum mismatch discards them. */
  void received(long bytes);

  /** Called when a request failed and will be retried. */
  void brokenOff(String what, String why);
}
