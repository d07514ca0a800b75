package org.stfbatch.cli.option;

import org.stfbatch.storage.StorageAddress;

/**
 * The text of an option that names a file, an address, or several of them by a pattern.
 *
 * @param text as given
 */
public record GivenAddress(String text) {
  /**
   * Returns the one address that the text is.
   *
   * @throws IllegalArgumentException with a message for users, if it is no valid address
   */
  public StorageAddress address() {
    return StorageAddress.parse(text);
  }
}
