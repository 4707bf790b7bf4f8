package io.broadcasty.admin.audit;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What became of an action. */
public enum AuditOutcome {
  /** It was done. */
  DONE,
  /** It was tried, and failed. */
  FAILED,
  /** The caller was not allowed to do it. */
  REFUSED;

  /** Returns the name over HTTP and in the database. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the outcome of a name; null for an unknown one. */
  public static @Nullable AuditOutcome of(@Nullable String wireName) {
    for (AuditOutcome each : values()) {
      if (each.wireName().equals(wireName)) {
        return each;
      }
    }
    return null;
  }
}
