package io.broadcasty.core.rbac;

import com.google.errorprone.annotations.ThreadSafe;

/** Knows what API keys may do at most. Fast enough for every publication. */
@ThreadSafe
@FunctionalInterface
public interface KeyPermissions {

  /** The beginning of the subject of a caller with a key; the key's id follows. */
  String SUBJECT_PREFIX = "key:";

  /** Knows no keys. */
  KeyPermissions NONE = (keyId, channel, action) -> false;

  /**
   * Returns whether a key may do this; false when there is no such key now.
   *
   * @param channel the channel's name, or the text of a pattern
   */
  boolean allow(String keyId, String channel, Action action);
}
