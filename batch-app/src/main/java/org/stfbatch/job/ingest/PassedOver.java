package org.stfbatch.job.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.stfbatch.base.Shortened;

/** What of a folder became no job, counted and told in a few words. For one thread. */
final class PassedOver {
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
   * @param ending of another kind of file; empty if it has none
   */
  void other(String ending) {
    boolean counted = endings.containsKey(ending) || endings.size() < MOST_ENDINGS;
    endings.merge(counted ? ending : "", 1L, Long::sum);
  }

  /** A sentence's part for each kind of thing that was passed over. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    folders.note("unreadable %s: ".formatted(plural(folders.count, "folder")), notes);
    names.note(
        "%s passed over whose %s not UTF-8 (rename with convmv, for example, and use a UTF-8 locale): "
            .formatted(plural(names.count, "file"), plural(names.count, "name is", "names are")),
        notes);
    links.note("linked %s not entered: ".formatted(plural(links.count, "folder")), notes);
    noFiles.note(
        "passed over that %s: ".formatted(plural(noFiles.count, "is no file", "are no files")),
        notes);
    if (!endings.isEmpty()) {
      long files = endings.values().stream().mapToLong(Long::longValue).sum();
      notes.add(
          count(files)
              + " other "
              + plural(files, "file")
              + " passed over: "
              + endings.entrySet().stream()
                  .limit(10)
                  .map(ending -> ending.getValue() + " " + ended(ending.getKey()))
                  .collect(Collectors.joining(", "))
              + (endings.size() > 10 ? ", ..." : ""));
    }
    if (hidden > 0) {
      notes.add(count(hidden) + " hidden " + plural(hidden, "entry", "entries") + " passed over");
    }
    return notes;
  }

  private static String ended(String ending) {
    return ending.isEmpty() ? "without a usual ending" : "." + ending;
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

  /** Things of a kind: how many, and the first of them by name. */
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
