package io.broadcasty.streams.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.memory.HeapSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a message: short texts by name, such as a trace context or a tag, in no particular
 * order. Immutable.
 *
 * <p>The {@link Builder} enforces the limits for publishers. Stored headers are not checked again
 * when they are read, so that limits may change.
 */
@ThreadSafe
public final class Headers {

  /** The maximum number of headers of a message. */
  public static final int MAX_COUNT = 16;

  /** The maximum number of characters of a name. */
  public static final int MAX_NAME_LENGTH = 64;

  /** The maximum number of bytes of all names and values together, in UTF-8. */
  public static final int MAX_BYTES = 2048;

  /** No headers. */
  public static final Headers NONE = new Headers(new String[0]);

  /** A reference in {@link #pairs}. */
  private static final int SLOT_BYTES = 4;

  /** Name, value, name, value. */
  private final String[] pairs;

  private Headers(String[] pairs) {
    this.pairs = pairs;
  }

  /**
   * Returns the headers of a map, unchecked: for headers that were checked when they were
   * published.
   */
  public static Headers of(Map<String, String> values) {
    List<String> pairs = new ArrayList<>(2 * values.size());
    values.forEach(
        (name, value) -> {
          pairs.add(name);
          pairs.add(value);
        });
    return of(pairs);
  }

  private static Headers of(List<String> pairs) {
    return pairs.isEmpty() ? NONE : new Headers(pairs.toArray(String[]::new));
  }

  public boolean isEmpty() {
    return pairs.length == 0;
  }

  /** Returns the number of headers. */
  public int size() {
    return pairs.length / 2;
  }

  /** Returns the value of a header; null when the message does not have it. */
  public @Nullable String get(String name) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equals(name)) {
        return pairs[i + 1];
      }
    }
    return null;
  }

  /** Calls the action with each name and its value. */
  public void forEach(BiConsumer<String, String> action) {
    for (int i = 0; i < pairs.length; i += 2) {
      action.accept(pairs[i], pairs[i + 1]);
    }
  }

  /** Returns a copy as a map. */
  public Map<String, String> toMap() {
    Map<String, String> map = new LinkedHashMap<>();
    forEach(map::put);
    return map;
  }

  /** Returns the approximate size in memory, in bytes. */
  int costBytes() {
    int cost = 0;
    for (String text : pairs) {
      cost += SLOT_BYTES + HeapSize.ofText(text);
    }
    return cost;
  }

  /** Compares names and values, regardless of their order. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Headers headers && toMap().equals(headers.toMap());
  }

  @Override
  public int hashCode() {
    return toMap().hashCode();
  }

  /** Returns the names only: values may contain personal data. */
  @Override
  public String toString() {
    return "Headers" + toMap().keySet();
  }

  /** Collects headers and rejects those beyond the limits. For one thread. */
  public static final class Builder {
    private final List<String> pairs = new ArrayList<>();
    private int bytes;

    /** Creates a builder without headers. */
    public Builder() {}

    /** Creates a builder with these headers. */
    public Builder(Headers headers) {
      pairs.addAll(List.of(headers.pairs));
      pairs.forEach(text -> bytes += text.getBytes(UTF_8).length);
    }

    /**
     * Adds a header.
     *
     * @return what is wrong with it, as a sentence for the publisher, in which case it is not
     *     added; null when it was added
     */
    public @Nullable String add(String name, String value) {
      String fault = faultOf(name);
      if (fault != null) {
        return fault;
      }
      if (pairs.size() == 2 * MAX_COUNT) {
        return "`headers` has more than " + MAX_COUNT + " entries";
      }
      int all = bytes + name.length() + value.getBytes(UTF_8).length;
      if (all > MAX_BYTES) {
        return "the names and values in `headers` have more than "
            + MAX_BYTES
            + " bytes together, in UTF-8";
      }
      bytes = all;
      pairs.add(name);
      pairs.add(value);
      return null;
    }

    public Headers build() {
      return Headers.of(pairs);
    }

    private @Nullable String faultOf(String name) {
      if (name.length() > MAX_NAME_LENGTH) {
        return "a name in `headers` has "
            + name.length()
            + " characters; at most "
            + MAX_NAME_LENGTH
            + " are allowed";
      }
      if (!isName(name)) {
        return "a name in `headers` is one or more of a-z, 0-9 and `-`";
      }
      for (int i = 0; i < pairs.size(); i += 2) {
        if (pairs.get(i).equals(name)) {
          return "`headers` has `" + name + "` twice";
        }
      }
      return null;
    }

    private static boolean isName(String name) {
      for (int i = 0; i < name.length(); i++) {
        char c = name.charAt(i);
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') {
          return false;
        }
      }
      return !name.isEmpty();
    }
  }
}
