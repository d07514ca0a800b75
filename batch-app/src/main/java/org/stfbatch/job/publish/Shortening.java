package org.stfbatch.job.publish;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One level of shortening of a message.
 *
 * @param characters the longest text that is kept
 * @param keepsPrompt whether an answer keeps its prompt
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

  /** Collects the fields of one message that were shortened. For one thread. */
  static final class Cuts {
    private final Shortening how;
    private final Set<String> names = new TreeSet<>();

    private Cuts(Shortening how) {
      this.how = how;
    }

    /** Returns the names of the shortened fields. */
    Set<String> names() {
      return names;
    }

    boolean isTooLong(long length) {
      return length > how.characters();
    }

    Optional<String> prompt(String prompt) {
      return how.keepsPrompt() ? Optional.of(prompt) : without("prompt", Optional.empty());
    }

    /**
     * Returns the text, or its beginning with a mark if it is too long. A surrogate pair is not
     * split.
     */
    String text(String name, String text) {
      if (!isTooLong(text.length())) {
        return text;
      }
      names.add(name);
      int end = how.characters();
      int whole = Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
      return text.substring(0, whole) + MARK.formatted(text.length());
    }

    /** Returns a value that must not be cut, or nothing if it is too long. */
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
