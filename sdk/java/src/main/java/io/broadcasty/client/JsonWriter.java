package io.broadcasty.client;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.temporal.TemporalAccessor;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Writes Java values as JSON. */
final class JsonWriter {

  /** Deeper values are refused: they contain themselves, or the server would refuse them. */
  private static final int MAX_DEPTH = 64;

  private final StringBuilder out = new StringBuilder();

  private JsonWriter() {}

  /**
   * Returns a value as JSON: null, strings, numbers, booleans, enums, UUIDs, times (ISO 8601),
   * arrays, collections, maps with keys that have a text, records (by their components), optionals,
   * and {@link Json} as it is.
   *
   * @throws JsonException if the value, or one in it, is of another type or not a finite number
   */
  static String write(Object value) {
    JsonWriter writer = new JsonWriter();
    writer.append(value, 0);
    return writer.out.toString();
  }

  private void append(Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw new JsonException(
          "the value is nested more than " + MAX_DEPTH + " levels deep, or contains itself");
    }
    if (value == null || value instanceof Boolean || value instanceof Json) {
      out.append(value);
    } else if (value instanceof Number number) {
      out.append(number(number));
    } else if (value instanceof CharSequence
        || value instanceof Character
        || value instanceof UUID
        || value instanceof TemporalAccessor) {
      string(value.toString());
    } else if (value instanceof Enum<?> constant) {
      string(constant.name());
    } else if (value instanceof Optional<?> optional) {
      append(optional.orElse(null), depth);
    } else if (value instanceof Map<?, ?> map) {
      map(map, depth);
    } else if (value instanceof Iterable<?> items) {
      items(items, depth);
    } else if (value.getClass().isArray()) {
      array(value, depth);
    } else if (value instanceof Record record) {
      record(record, depth);
    } else {
      throw new JsonException(
          "cannot write a "
              + value.getClass().getName()
              + " as JSON: use a record, a map or a list, or give a Codec for it");
    }
  }

  private static String number(Number number) {
    boolean exact =
        number instanceof BigDecimal
            || number instanceof BigInteger
            || number instanceof Long
            || number instanceof Integer
            || number instanceof Short
            || number instanceof Byte;
    if (!exact && !Double.isFinite(number.doubleValue())) {
      throw new JsonException("JSON has no number for " + number);
    }
    return number.toString();
  }

  private void map(Map<?, ?> map, int depth) {
    out.append('{');
    char separator = 0;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      separator = separate(separator);
      Object key = entry.getKey();
      if (key == null) {
        throw new JsonException("a field needs a name, and a key of the map is null");
      }
      string(key instanceof Enum<?> constant ? constant.name() : key.toString());
      out.append(':');
      append(entry.getValue(), depth + 1);
    }
    out.append('}');
  }

  private void items(Iterable<?> items, int depth) {
    out.append('[');
    char separator = 0;
    for (Object item : items) {
      separator = separate(separator);
      append(item, depth + 1);
    }
    out.append(']');
  }

  private void array(Object array, int depth) {
    out.append('[');
    char separator = 0;
    for (int i = 0; i < Array.getLength(array); i++) {
      separator = separate(separator);
      append(Array.get(array, i), depth + 1);
    }
    out.append(']');
  }

  private void record(Record record, int depth) {
    out.append('{');
    char separator = 0;
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      separator = separate(separator);
      string(component.getName());
      out.append(':');
      append(RecordCodec.read(record, component), depth + 1);
    }
    out.append('}');
  }

  private char separate(char separator) {
    if (separator != 0) {
      out.append(separator);
    }
    return ',';
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || Character.isSurrogate(c) && !isPaired(text, i)) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static boolean isPaired(String text, int i) {
    char c = text.charAt(i);
    return Character.isHighSurrogate(c)
        ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }
}
