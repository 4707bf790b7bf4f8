package io.broadcasty.push.provider;

import io.broadcasty.core.hash.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Predicate;

/** Shortens collapse keys to what a push service accepts, and keeps equal keys equal. */
public final class CollapseKeys {

  private static final String TOPIC = "[A-Za-z0-9_-]{1,32}";
  private static final int TOPIC_CHARACTERS = 32;
  private static final String APNS_ID = "[\\x21-\\x7E]{1,64}";
  private static final int HASH_CHARACTERS = 43;

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
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Arrays.copyOf(Hashes.sha256(key), characters * 3 / 4));
  }

  /**
   * Returns the key as a topic of Web Push (RFC 8030 section 5.4): unchanged if it has the alphabet
   * and length of one, else a hash of it.
   */
  public static String topic(String key) {
    return keepOrHash(key, text -> text.matches(TOPIC), TOPIC_CHARACTERS);
  }

  /**
   * Returns the key as {@code apns-collapse-id}: unchanged if it has at most 64 visible characters
   * of ASCII, as a header needs, else a hash of it.
   */
  public static String apnsId(String key) {
    return keepOrHash(key, text -> text.matches(APNS_ID), HASH_CHARACTERS);
  }

  /** Returns the key unchanged if it has at most this many bytes in UTF-8, else a hash of it. */
  public static String limitBytes(String key, int maxBytes) {
    return keepOrHash(
        key,
        text -> text.getBytes(StandardCharsets.UTF_8).length <= maxBytes,
        Math.min(HASH_CHARACTERS, maxBytes));
  }
}
