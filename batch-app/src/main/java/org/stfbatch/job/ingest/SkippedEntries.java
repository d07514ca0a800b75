package org.stfbatch.job.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.stfbatch.base.Shortened;

/** Counts the entries of a folder that became no job, and summarizes them. For one thread. */
final class SkippedEntries {
  private static final int NAMED = 3;
  private static final int MOST_ENDINGS = 100;

  private final Named folders = new Named();
  private final Named names = new Named();
  private final Named links = new Named();
  private final Named noFiles = new Named();
  private final Map<String, Long> endings = new TreeMap<>();
  private long hidden;

  void folder(String name, String reason) {
    folders.add(name + " (" + reason + ")");
  }

  void unreadableName(String name) {
    names.add(name);
  }

  void linkedFolder(String name) {
    links.add(name);
  }

  void noFile(String name) {
    noFiles.add(name);
  }

  void hidden() {
    hidden++;
  }

  /**
   * Counts a file that is not an image.
   *
   * @param ending the file name extension; empty if it has none
   */
  void other(String ending) {
    boolean counted = endings.containsKey(ending) || endings.size() < MOST_ENDINGS;
    endings.merge(counted ? ending : "", 1L, Long::sum);
  }

  /** Returns a clause for each kind of skipped entry. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    folders.note("unreadable %s: ".formatted(plural(folders.count, "folder")), notes);
    names.note(
        "%s skipped whose %s not UTF-8 (rename with convmv, for example, and use a UTF-8 locale): "
            .formatted(plural(names.count, "file"), plural(names.count, "name is", "names are")),
        notes);
    links.note("linked %s not entered: ".formatted(plural(links.count, "folder")), notes);
    noFiles.note(
        "skipped that %s: "
            .formatted(plural(noFiles.count, "is not a regular file", "are not regular files")),
        notes);
    if (!endings.isEmpty()) {
      long files = endings.values().stream().mapToLong(Long::longValue).sum();
      notes.add(
          count(files)
              + " other "
              + plural(files, "file")
              + " skipped: "
              + endings.entrySet().stream()
                  .limit(10)
                  .map(ending -> ending.getValue() + " " + ended(ending.getKey()))
                  .collect(Collectors.joining(", "))
              + (endings.size() > 10 ? ", ..." : ""));
    }
    if (hidden > 0) {
      notes.add(count(hidden) + " hidden " + plural(hidden, "entry", "entries") + " skipped");
    }
    return notes;
  }

  private static String ended(String ending) {
    return ending.isEmpty() ? "without a known extension" : "." + ending;
  }

  private static String count(long things) {
    return Long.toString(things);
  }

  private static String plural(long count, String one) {
    return plural(count, one, one + "s");
  }

  private static String plural(long count, String one, String more) {
    return count == 1 ? one : more;
  }

  /** Entries of one kind: their number and the names of the first ones. */
  private static final class Named {
    private final List<String> first = new ArrayList<>();
    private long count;

    void add(String name) {
      count++;
      if (first.size() < NAMED) {
        first.add(Shortened.given(name));
      }
    }

    void note(String what, List<String> notes) {
      if (count > 0) {
        notes.add(
            count(count) + " " + what + String.join(", ", first) + (count > NAMED ? ", ..." : ""));
      }
    }
  }
}
