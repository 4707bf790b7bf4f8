package io.broadcasty.admin.audit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A place in the audit log, ordered by time and id. Reading continues with the entries before it,
 * so entries that are written meanwhile shift no page.
 */
public record AuditCursor(long timeMillis, long id) {

  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

  /** Reads a cursor; returns null when the text is none. */
  public static @Nullable AuditCursor parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? new AuditCursor(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))
        : null;
  }

  /** Returns the text that {@link #parse} reads. */
  public String text() {
    return timeMillis + "-" + id;
  }
}
