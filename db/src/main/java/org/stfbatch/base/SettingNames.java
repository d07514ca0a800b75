package org.stfbatch.base;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Names beside those that a question has. Most of them say something about the question, and
 * whoever reads it passes them over. One that is meant as a setting would change the answer: it is
 * a misspelt name, or another program's.
 */
public final class SettingNames {
  /** What changes an answer, by its name here. */
  private static final List<String> KNOWN =
      List.of("image", "max_new_tokens", "temperature", "top_p", "seed", "stop", "choices");

  /** Other programs' names of settings that there are here, too. */
  private static final Map<String, String> SYNONYMS =
      Map.ofEntries(
          Map.entry("maxtokens", "max_new_tokens"),
          Map.entry("maxcompletiontokens", "max_new_tokens"),
          Map.entry("maxoutputtokens", "max_new_tokens"),
          Map.entry("stopsequences", "stop"),
          Map.entry("stopstrings", "stop"),
          Map.entry("guidedchoice", "choices"),
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

  /** Other programs' settings that there are not here. */
  private static final Set<String> FOREIGN =
      Set.of(
          "topk",
          "minp",
          "typicalp",
          "dosample",
          "numbeams",
          "usebeamsearch",
          "bestof",
          "repetitionpenalty",
          "lengthpenalty",
          "frequencypenalty",
          "presencepenalty",
          "norepeatngramsize",
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

  /** From this length on, two wrong letters are still the same word. */
  private static final int LONG = 8;

  /** From this length on, one is. */
  private static final int MIDDLE = 5;

  private SettingNames() {}

  /**
   * What is wrong with a name that no reader knows, as the end of a sentence that begins with the
   * name.
   *
   * @param name that is none of the names a question has
   * @param present all names beside it: if the known one is there, this is no misspelling of it
   * @return empty if the name says nothing about how to answer
   */
  public static Optional<String> complaint(String name, Collection<String> present) {
    String plain = plain(name);
    if (FOREIGN.contains(plain)) {
      return Optional.of("cannot be carried out here: leave it out");
    }
    return Optional.ofNullable(SYNONYMS.get(plain))
        .or(() -> KNOWN.stream().filter(known -> isMeant(plain, plain(known))).findFirst())
        .filter(known -> !present.contains(known))
        .map(known -> "is not known: " + known + " is, so rename it or leave it out");
  }

  private static boolean isMeant(String name, String known) {
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

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_. ]", "");
  }

  /** Whether two neighbours have changed places. */
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

  /** Levenshtein's: letters put in, left out and changed. */
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
