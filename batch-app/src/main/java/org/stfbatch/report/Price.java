package org.stfbatch.report;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Price of a machine per hour.
 *
 * @param amount in the currency
 * @param currency its name or sign as the user gave it; empty if none was given
 */
public record Price(double amount, String currency) {
  private static final Pattern WRITTEN =
      Pattern.compile(
          "\\s*([^\\d\\s.,+-]{0,10})\\s*(\\d{1,12}(?:\\.\\d{0,12})?|\\.\\d{1,12})\\s*([^\\d\\s.,+-]{0,10})\\s*");

  /**
   * Parses a price: {@code 2.50}, {@code 2.50EUR}, {@code "2.50 EUR"} or {@code $2.50}.
   *
   * @throws IllegalArgumentException if it is no price of 0 or more
   */
  public static Price parse(String text) {
    Matcher price = WRITTEN.matcher(text);
    if (!price.matches() || !price.group(1).isEmpty() && !price.group(3).isEmpty()) {
      throw new IllegalArgumentException(
          "price per hour must be 0 or more, written as 2.50 or 2.50EUR, not " + text);
    }
    return new Price(Double.parseDouble(price.group(2)), price.group(1) + price.group(3));
  }
}
