package org.stfbatch.job.publish;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a message is made smaller.
 *
 * @param characters which no text may exceed
 * @param keepsPrompt whether an answer says what was asked
 */
record Shortening(int characters, boolean keepsPrompt) {
  private static final String MARK = " [cut: %d characters in all]";

  static Shortening none() {
    return new Shortening(Integer.MAX_VALUE, true);
  }

  static Shortening toPrompt() {
    return new Shortening(Integer.MAX_VALUE, false);
  }

  static Shortening to(int characters) {
    return new Shortening(characters, false);
  }

  Cuts begin() {
    return new Cuts(this);
  }

  /** What was cut of one message. For one thread. */
  static final class Cuts {
    private final Shortening how;
    private final Set<String> names = new TreeSet<>();

    private Cuts(Shortening how) {
      this.how = how;
    }

    /** The fields that are not whole. */
    Set<String> names() {
      return names;
    }

    boolean isTooLong(long length) {
      return length > how.characters();
    }

    Optional<String> prompt(String prompt) {
      return how.keepsPrompt() ? Optional.of(prompt) : without("prompt", Optional.empty());
    }

    /** The text, or its beginning with a mark; half a character is not left over. */
    String text(String name, String text) {
      if (!isTooLong(text.length())) {
        return text;
      }
      names.add(name);
      int end = how.characters();
      int whole = Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
      return text.substring(0, whole) + MARK.formatted(text.length());
    }

    /** What loses its meaning when it is cut. */
    Optional<String> ifShort(String name, Optional<String> value) {
      return value.isPresent() && isTooLong(value.get().length())
          ? without(name, Optional.empty())
          : value;
    }

    <T> T without(String name, T instead) {
      names.add(name);
      return instead;
    }
  }
}
