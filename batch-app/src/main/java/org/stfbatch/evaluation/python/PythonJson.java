package org.stfbatch.evaluation.python;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * JSON text as Python's {@code json.dumps} writes it by default: ASCII only, lower-case escapes, a
 * blank behind commas and colons.
 */
public final class PythonJson {
  private static final int FLAT = -1;

  private final StringBuilder out = new StringBuilder();
  private final int indent;

  private PythonJson(int indent) {
    this.indent = indent;
  }

  /** A value that knows its own JSON. */
  public interface Raw {
    /** The JSON of the value, in one line. */
    String json();
  }

  /** A string in quotes. */
  public static String string(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    text.chars().forEach(c -> append(json, (char) c));
    return json.append('"').toString();
  }

  /**
   * A value in one line.
   *
   * @param value a string, whole number, double, boolean, null, {@link Raw}, a list or a map of
   *     those; maps are written in their own order
   */
  public static String of(Object value) {
    return new PythonJson(FLAT).value(value, 0);
  }

  /**
   * The same over several lines, as {@code json.dumps(value, indent=...)} writes it.
   *
   * @param indent blanks a level
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
