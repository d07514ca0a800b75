package org.stfbatch.shard;

import java.util.Locale;
import java.util.Optional;

/**
 * A member's name in WebDataset's reading: the key is the path up to the first dot of the file
 * name, the extension what follows that dot.
 *
 * @param key equal for all members of a sample
 * @param extension in lower case, with inner dots: {@code seg.png}
 */
record MemberName(String key, String extension) {
  /** Returns the parts of a name; empty for hidden files, and for names without a dot. */
  static Optional<MemberName> of(String path) {
    int start = path.lastIndexOf('/') + 1;
    int dot = path.indexOf('.', start);
    boolean isMeta = path.startsWith("__") && path.endsWith("__");
    return dot <= start || isMeta
        ? Optional.empty()
        : Optional.of(
            new MemberName(
                path.substring(0, dot), path.substring(dot + 1).toLowerCase(Locale.ROOT)));
  }
}
