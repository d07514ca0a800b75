package org.stfbatch.job.export;

/**
 * JSON text as Python's {@code json.dumps} writes it by default: ASCII only, lower-case escapes.
 */
final class PythonJson {
  private PythonJson() {}

  static String string(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    text.chars().forEach(c -> append(json, (char) c));
    return json.append('"').toString();
  }

  private static void append(StringBuilder json, char c) {
    switch (c) {
      case '"' -> json.append("\\\"");
      case '\\' -> json.append("\\\\");
      case '\n' -> json.append("\\n");
      case '\r' -> json.append("\\r");
      case '\t' -> json.append("\\t");
      case '\b' -> json.append("\\b");
      case '\f' -> json.append("\\f");
      default -> {
        if (c >= ' ' && c <= '~') {
          json.append(c);
        } else {
          json.append(String.format("\\u%04x", (int) c));
        }
      }
    }
  }
}
