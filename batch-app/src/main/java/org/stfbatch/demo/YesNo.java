package org.stfbatch.demo;

import java.util.List;

/** The words of yes-or-no answers. */
final class YesNo {
  static final String YES = "yes";
  static final String NO = "no";
  static final List<String> ALL = List.of(YES, NO);

  private YesNo() {}

  static String of(boolean yes) {
    return yes ? YES : NO;
  }
}
