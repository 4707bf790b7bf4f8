package io.broadcasty.push.provider;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Predicate;

/** Shortens collapse keys to what a push service accepts, and keeps equal keys equal. */
public final class CollapseKeys {

  private CollapseKeys() {}

  /**
   * Returns the key unchanged if the service accepts it, else a hash of it, so that equal keys stay
   * equal.
   *
   * @param characters the length of the hash in base64url; at most 43
   */
  public static String keepOrHash(String key, Predicate<String> taken, int characters) {
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
      throw new IllegalStateException("this JDK does not provide SHA-256", e);
    }
  }

  /** Returns the key unchanged if it has at most this many bytes in UTF-8, else a hash of it. */
  public static String limitBytes(String key, int maxBytes) {
    return keepOrHash(
        key,
        text -> text.getBytes(StandardCharsets.UTF_8).length <= maxBytes,
        Math.min(43, maxBytes));
  }
}
