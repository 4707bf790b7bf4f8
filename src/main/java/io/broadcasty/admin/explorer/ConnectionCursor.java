package io.broadcasty.admin.explorer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A connection among those of all nodes, which are in order of the names of their nodes, and of
 * their numbers.
 */
public record ConnectionCursor(String node, long number) {

  private static final Pattern TEXT = Pattern.compile("([A-Za-z0-9_.-]{1,64}):(\\d{1,18})");

  /** Parses a text; returns null when it is none of a cursor. */
  public static @Nullable ConnectionCursor parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? new ConnectionCursor(matcher.group(1), Long.parseLong(matcher.group(2)))
        : null;
  }

  /** Returns the text that {@link #parse} accepts. */
  public String text() {
    return node + ":" + number;
  }

  /** Returns the number after which a node's connections belong to the page; null for none. */
  static @Nullable Long after(@Nullable ConnectionCursor cursor, String node) {
    int order = cursor == null ? 1 : node.compareTo(cursor.node());
    if (order < 0) {
      return null;
    }
    return cursor == null || order > 0 ? Long.valueOf(0) : Long.valueOf(cursor.number());
  }
}
