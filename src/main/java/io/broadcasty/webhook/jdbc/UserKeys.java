package io.broadcasty.webhook.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What the column of users contains: an id, or the hash of one that an index cannot contain. */
final class UserKeys {

  private static final int MAX_LENGTH = 200;

  private UserKeys() {}

  static @Nullable String of(@Nullable String user) {
    if (user == null || user.length() <= MAX_LENGTH) {
      return user;
    }
    try {
      return "sha256:"
          + HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(user.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
