package io.broadcasty.webhook.jdbc;

import io.broadcasty.core.hash.Hashes;
import org.jspecify.annotations.Nullable;

/** What the column of users contains: an id, or the hash of one that an index cannot contain. */
final class UserKeys {

  private static final int MAX_LENGTH = 200;

  private UserKeys() {}

  static @Nullable String of(@Nullable String user) {
    return user == null || user.length() <= MAX_LENGTH ? user : "sha256:" + Hashes.sha256Hex(user);
  }
}
