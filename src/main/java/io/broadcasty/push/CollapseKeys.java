package io.broadcasty.push;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Predicate;

/** Collapse keys for services that take only some texts as one. */
public final class CollapseKeys {

  private CollapseKeys() {}

  /**
   * The key as it stands where the service takes it, else a hash of it, so that equal ones stay
   * equal.
   *
   * @param characters how long the hash may be, in base64url; at most 43
   */
  public static String fitting(String key, Predicate<String> taken, int characters) {
    if (taken.test(key)) {
      return key;
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(Arrays.copyOf(hash, characters * 3 / 4));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }

  /** The same for services that take what has at most so many bytes in UTF-8. */
  public static String ofBytes(String key, int maxBytes) {
    return fitting(
        key,
        text -> text.getBytes(StandardCharsets.UTF_8).length <= maxBytes,
        Math.min(43, maxBytes));
  }
}
