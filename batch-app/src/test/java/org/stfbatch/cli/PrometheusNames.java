package org.stfbatch.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Extracts the metrics from expressions of Prometheus' query language. */
final class PrometheusNames {
  private static final Pattern MATCHERS = Pattern.compile("(\\w+)\\{([^}]*)\\}");
  private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*=~?\\s*\"([^\"]*)\"");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(by|on|without|ignoring)\\s*\\([^)]*\\)");
  private static final Pattern NAME = Pattern.compile("\\b[a-zA-Z_]\\w*\\b(?!\\s*\\()");
  private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool");

  private PrometheusNames() {}

  /**
   * A metric with its required labels.
   *
   * @param labels as in a scrape; those with variables are left out
   */
  record Wanted(String name, List<String> labels) {
    /** Returns whether a scrape has a sample of it. */
    boolean isIn(String scrape) {
      return scrape
          .lines()
          .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
          .anyMatch(line -> labels.stream().allMatch(line::contains));
    }
  }

  static List<Wanted> of(String expression) {
    List<Wanted> wanted = new ArrayList<>();
    Matcher matchers = MATCHERS.matcher(expression);
    while (matchers.find()) {
      wanted.add(new Wanted(matchers.group(1), labels(matchers.group(2))));
    }
    String bare =
        GROUPING
            .matcher(expression.replaceAll("\\{[^}]*\\}", ""))
            .replaceAll("")
            .replaceAll("\\[[^]]*\\]", "");
    Set<String> names = new TreeSet<>();
    NAME.matcher(bare).results().map(found -> found.group()).forEach(names::add);
    names.removeAll(WORDS);
    names.forEach(name -> wanted.add(new Wanted(name, List.of())));
    return wanted;
  }

  private static List<String> labels(String text) {
    return MATCHER
        .matcher(text)
        .results()
        .filter(matcher -> !matcher.group(2).contains("$"))
        .map(matcher -> matcher.group(1) + "=\"" + matcher.group(2) + "\"")
        .toList();
  }
}
