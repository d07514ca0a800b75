package org.stfbatch.evaluation.python;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * JSON writer with the default format of Python's {@code json.dumps}: ASCII only, lower-case
 * escapes, a space after commas and colons.
 */
public final class PythonJson {
  private static final int FLAT = -1;

  private final StringBuilder out = new StringBuilder();
  private final int indent;

  private PythonJson(int indent) {
    this.indent = indent;
  }

  /** Value that supplies its own JSON. */
  public interface Raw {
    /** Returns the JSON of the value, in one line. */
    String json();
  }

  /** Returns a string in quotes. */
  public static String string(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    text.chars().forEach(c -> append(json, (char) c));
    return json.append('"').toString();
  }

  /**
   * Returns a value in one line.
   *
   * @param value a string, integer, double, boolean, null, {@link Raw}, or a list or map of those;
   *     maps keep their order
   */
  public static String of(Object value) {
    return new PythonJson(FLAT).value(value, 0);
  }

  /**
   * Returns a value over several lines, like {@code json.dumps(value, indent=...)}.
   *
   * @param indent spaces per level
   */
  public static String indented(Object value, int indent) {
    return new PythonJson(indent).value(value, 0);
  }

  private String value(Object value, int level) {
    append(value, level);
    return out.toString();
  }

  private void append(Object value, int level) {
    if (value instanceof Map<?, ?> map) {
      appendMap(map, level);
    } else if (value instanceof List<?> list) {
      appendList(list, level);
    } else {
      out.append(scalar(value));
    }
  }

  private static String scalar(Object value) {
    if (value == null) {
      return "null";
    } else if (value instanceof Raw raw) {
      return raw.json();
    } else if (value instanceof String text) {
      return string(text);
    } else if (value instanceof Double number) {
      return PythonNumber.repr(number);
    } else if (value instanceof Integer
        || value instanceof Long
        || value instanceof BigInteger
        || value instanceof Boolean) {
      return value.toString();
    }
    throw new IllegalArgumentException("no JSON for " + value.getClass());
  }

  private void appendMap(Map<?, ?> map, int level) {
    Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
    out.append('{');
    while (entries.hasNext()) {
      Map.Entry<?, ?> entry = entries.next();
      newLine(level + 1);
      out.append(string((String) entry.getKey())).append(": ");
      append(entry.getValue(), level + 1);
      separator(entries.hasNext());
    }
    end(!map.isEmpty(), level, '}');
  }

  private void appendList(List<?> list, int level) {
    Iterator<?> elements = list.iterator();
    out.append('[');
    while (elements.hasNext()) {
      newLine(level + 1);
      append(elements.next(), level + 1);
      separator(elements.hasNext());
    }
    end(!list.isEmpty(), level, ']');
  }

  private void separator(boolean more) {
    if (more) {
      out.append(indent == FLAT ? ", " : ",");
    }
  }

  private void end(boolean held, int level, char bracket) {
    if (held) {
      newLine(level);
    }
    out.append(bracket);
  }

  private void newLine(int level) {
    if (indent != FLAT) {
      out.append('\n').append(" ".repeat(indent * level));
    }
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
