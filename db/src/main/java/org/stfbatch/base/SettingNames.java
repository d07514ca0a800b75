package org.stfbatch.base;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Detects unknown fields of a question that were probably meant as settings. Readers ignore unknown
 * fields, most of which are metadata. A misspelt setting, or a setting of another program, must not
 * be ignored: the answer would differ from the one that the user wanted.
 */
public final class SettingNames {
  /** The settings that affect an answer. */
  private static final List<String> KNOWN =
      List.of(
          "image",
          "max_new_tokens",
          "temperature",
          "top_p",
          "seed",
          "stop",
          "choices",
          "repetition_penalty",
          "no_repeat_ngram_size",
          "presence_penalty",
          "frequency_penalty");

  /** Other programs' names of supported settings, lower case without separators. */
  private static final Map<String, String> SYNONYMS =
      Map.ofEntries(
          Map.entry("maxtokens", "max_new_tokens"),
          Map.entry("maxcompletiontokens", "max_new_tokens"),
          Map.entry("maxoutputtokens", "max_new_tokens"),
          Map.entry("stopsequences", "stop"),
          Map.entry("stopstrings", "stop"),
          Map.entry("guidedchoice", "choices"),
          Map.entry("repeatpenalty", "repetition_penalty"),
          Map.entry("imageurl", "image"),
          Map.entry("imagepath", "image"),
          Map.entry("imagename", "image"),
          Map.entry("imagefilename", "image"),
          Map.entry("img", "image"),
          Map.entry("imgpath", "image"),
          Map.entry("imgurl", "image"),
          Map.entry("picture", "image"),
          Map.entry("photo", "image"),
          Map.entry("pic", "image"),
          Map.entry("file", "image"),
          Map.entry("filepath", "image"),
          Map.entry("filename", "image"),
          Map.entry("imagefile", "image"));

  /** Other programs' settings that are not supported, lower case without separators. */
  private static final Set<String> FOREIGN =
      Set.of(
          "topk",
          "minp",
          "typicalp",
          "dosample",
          "numbeams",
          "usebeamsearch",
          "bestof",
          "lengthpenalty",
          "repetitiondetection",
          "badwords",
          "mintokens",
          "minnewtokens",
          "ignoreeos",
          "stoptokenids",
          "logitbias",
          "responseformat",
          "guidedjson",
          "guidedregex",
          "guidedgrammar",
          "structuredoutputs",
          "samplingparams",
          "logprobs",
          "toplogprobs",
          "video",
          "videos",
          "audio",
          "system",
          "systemprompt",
          "history",
          "messages",
          "convmode",
          "imagefolder",
          "generationconfig");

  /** From this length on, two edits count as a misspelling. */
  private static final int LONG = 8;

  /** From this length on, one edit counts as a misspelling. */
  private static final int MIDDLE = 5;

  private SettingNames() {}

  /**
   * Returns what is wrong with an unknown field, as the end of a sentence that begins with its
   * name.
   *
   * @param name of the unknown field
   * @param present names of all fields of the question; if the known setting is among them, {@code
   *     name} does not count as a misspelling of it
   * @return empty if the field does not look like a setting
   */
  public static Optional<String> complaint(String name, Collection<String> present) {
    String normalized = normalized(name);
    if (FOREIGN.contains(normalized)) {
      return Optional.of("cannot be carried out here: leave it out");
    }
    return Optional.ofNullable(SYNONYMS.get(normalized))
        .or(
            () ->
                KNOWN.stream()
                    .filter(known -> isSimilar(normalized, normalized(known)))
                    .findFirst())
        .filter(known -> !present.contains(known))
        .map(known -> "is not known: " + known + " is, so rename it or leave it out");
  }

  private static boolean isSimilar(String name, String known) {
    if (Math.abs(name.length() - known.length()) > 2) {
      return false;
    }
    if (name.equals(known) || name.equals(known + "s") || known.equals(name + "s")) {
      return true;
    }
    if (isTransposed(name, known)) {
      return true;
    }
    int mistakes = known.length() >= LONG ? 2 : known.length() >= MIDDLE ? 1 : 0;
    return distance(name, known) <= mistakes;
  }

  private static String normalized(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_. ]", "");
  }

  /** Returns whether the names differ by one transposition of adjacent letters. */
  private static boolean isTransposed(String name, String known) {
    if (name.length() != known.length()) {
      return false;
    }
    int at = 0;
    while (at < name.length() && name.charAt(at) == known.charAt(at)) {
      at++;
    }
    return at + 1 < name.length()
        && name.charAt(at) == known.charAt(at + 1)
        && name.charAt(at + 1) == known.charAt(at)
        && name.regionMatches(at + 2, known, at + 2, name.length() - at - 2);
  }

  /** Returns the Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      before[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(changed, Math.min(before[j], row[j - 1]) + 1);
      }
      before = row;
    }
    return before[b.length()];
  }
}
