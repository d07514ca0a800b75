package org.stfbatch.cli.option;

import org.stfbatch.storage.StorageAddress;
import picocli.CommandLine.TypeConversionException;

/** Parses options that name a file, an http(s) address or an object of a bucket. */
public final class AddressOption {
  private AddressOption() {}

  /**
   * @throws TypeConversionException if the text is none of them
   */
  public static StorageAddress parse(String text) {
    try {
      return StorageAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
