package io.broadcasty.core.tenant;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether a tenant is served. */
public enum TenantState {
  /** The tenant is served. */
  ACTIVE,
  /** An operator has suspended the tenant: its callers are refused until the tenant is resumed. */
  SUSPENDED,
  /** Nobody has created the tenant, and only created tenants are served. */
  UNKNOWN;

  /** Returns the state of this name; null when there is none. */
  public static @Nullable TenantState fromWireName(String text) {
    for (TenantState state : values()) {
      if (state.wireName().equals(text)) {
        return state;
      }
    }
    return null;
  }

  /** Returns whether callers of the tenant are served. */
  public boolean isServed() {
    return this == ACTIVE;
  }

  /** Returns the name in JSON and in the database. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
