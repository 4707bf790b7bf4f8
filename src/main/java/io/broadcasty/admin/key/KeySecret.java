package io.broadcasty.admin.key;

import io.broadcasty.core.hash.Hashes;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a machine sends as its bearer token: {@code bk_}, the id of its key, {@code _}, and the
 * secret.
 */
public record KeySecret(String keyId, String secret) {

  /** The beginning of every API key; no JSON Web Token begins so. */
  public static final String PREFIX = "bk_";

  private static final String STAND_IN_PREFIX = "signed_";
  private static final int ID_BYTES = 8;
  private static final int ID_LENGTH = 2 * ID_BYTES;
  private static final int SECRET_BYTES = 32;
  private static final int SECRET_LENGTH = 43;
  private static final int SECRET_START = PREFIX.length() + ID_LENGTH + 1;

  /** Returns a new id. */
  static String newId(SecureRandom random) {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Returns a new secret for a key. */
  static KeySecret create(String keyId, SecureRandom random) {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    return new KeySecret(keyId, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** Returns the parts of a token; null when it does not have this form. */
  static @Nullable KeySecret parse(String token) {
    if (!token.startsWith(PREFIX)
        || token.length() != SECRET_START + SECRET_LENGTH
        || token.charAt(SECRET_START - 1) != '_'
        || !isKeyId(token.substring(PREFIX.length(), SECRET_START - 1))) {
      return null;
    }
    return new KeySecret(
        token.substring(PREFIX.length(), SECRET_START - 1), token.substring(SECRET_START));
  }

  /** Returns whether a text has the form of a key's id. */
  public static boolean isKeyId(String text) {
    return text.length() == ID_LENGTH
        && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }

  /** Returns the token that a machine sends. */
  public String token() {
    return PREFIX + keyId + "_" + secret;
  }

  /** Returns an id as a log may contain it, whatever a client has sent as one. */
  public static String shown(String id) {
    return id.length() > ID_LENGTH ? id.substring(0, ID_LENGTH) + "…" : id;
  }

  /** Returns the hash of a secret, which is compared instead of the secret. */
  static byte[] hash(String secret) {
    return Hashes.sha256(secret);
  }

  /**
   * Returns a text that stands for a secret in callers whose requests are signed. It neither
   * authenticates nor tells anything about the secret.
   *
   * @param hash as {@link #hash} returns it
   */
  static String standIn(String keyId, byte[] hash) {
    return STAND_IN_PREFIX
        + keyId
        + "_"
        + Base64.getUrlEncoder().withoutPadding().encodeToString(Hashes.sha256(hash));
  }

  /** Returns the id of the key in a text of {@link #standIn}; null for any other text. */
  static @Nullable String keyIdOfStandIn(String text) {
    int end = STAND_IN_PREFIX.length() + ID_LENGTH;
    return text.startsWith(STAND_IN_PREFIX) && text.length() > end
        ? text.substring(STAND_IN_PREFIX.length(), end)
        : null;
  }

  /** Omits the secret. */
  @Override
  public String toString() {
    return PREFIX + keyId;
  }
}
