package io.broadcasty.core.secret;

import com.google.errorprone.annotations.Immutable;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.hash.Hashes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts secrets with AES-256-GCM. The first key encrypts, and every key decrypts what it has
 * encrypted, so that a key can be replaced while nodes run: add the new one in front, encrypt all
 * secrets again, then remove the old one.
 *
 * <p>Each secret is bound to a context, such as the row that keeps it: it cannot be decrypted as
 * that of another one.
 */
@ThreadSafe
public final class MasterKeys {

  /** The length of a key in bytes. */
  public static final int KEY_BYTES = 32;

  /** No keys; nothing can be encrypted. */
  public static final MasterKeys NONE = new MasterKeys(List.of());

  private static final String ALGORITHM = "AES/GCM/NoPadding";
  private static final int IV_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int ID_BYTES = 4;

  private final Map<String, MasterKey> keys = new LinkedHashMap<>();
  private final @Nullable MasterKey current;
  private final SecureRandom random = new SecureRandom();

  /** A key with its id, which is derived from it. */
  @Immutable
  @SuppressWarnings("Immutable")
  private record MasterKey(String id, SecretKey key) {

    @Override
    public String toString() {
      return id;
    }
  }

  /**
   * Creates a ring of keys.
   *
   * @param keys {@link #KEY_BYTES} each; the first one encrypts
   * @throws IllegalArgumentException when a key has another length
   */
  public MasterKeys(List<byte[]> keys) {
    MasterKey first = null;
    for (byte[] each : keys) {
      if (each.length != KEY_BYTES) {
        throw new IllegalArgumentException("a master key has " + KEY_BYTES + " bytes");
      }
      MasterKey made = new MasterKey(id(each), new SecretKeySpec(each, "AES"));
      this.keys.putIfAbsent(made.id(), made);
      first = first == null ? made : first;
    }
    this.current = first;
  }

  /** Returns whether there is no key, so that nothing can be encrypted. */
  public boolean isEmpty() {
    return current == null;
  }

  /**
   * Returns the id of the key that encrypts.
   *
   * @throws IllegalStateException when there is no key
   */
  public String currentId() {
    return current().id();
  }

  /**
   * Encrypts a secret with the current key.
   *
   * @param context what the secret belongs to
   * @throws IllegalStateException when there is no key
   */
  public String encrypt(String secret, String context) {
    byte[] iv = new byte[IV_BYTES];
    random.nextBytes(iv);
    try {
      byte[] encrypted =
          cipher(Cipher.ENCRYPT_MODE, current().key(), iv, context)
              .doFinal(secret.getBytes(StandardCharsets.UTF_8));
      byte[] all = Arrays.copyOf(iv, IV_BYTES + encrypted.length);
      System.arraycopy(encrypted, 0, all, IV_BYTES, encrypted.length);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no " + ALGORITHM, e);
    }
  }

  /**
   * Decrypts a secret.
   *
   * @param keyId the id of the key that encrypted it
   * @param text what {@link #encrypt} has returned
   * @param context as it was encrypted
   * @throws SecretException when this key is not known, or the text or the context is another one
   */
  public String decrypt(String keyId, String text, String context) throws SecretException {
    MasterKey key = keys.get(keyId);
    if (key == null) {
      throw new SecretException("there is no master key " + keyId);
    }
    try {
      byte[] all = Base64.getUrlDecoder().decode(text);
      if (all.length <= IV_BYTES) {
        throw new SecretException("the encrypted secret is too short");
      }
      byte[] iv = Arrays.copyOf(all, IV_BYTES);
      byte[] plain =
          cipher(Cipher.DECRYPT_MODE, key.key(), iv, context)
              .doFinal(all, IV_BYTES, all.length - IV_BYTES);
      return new String(plain, StandardCharsets.UTF_8);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new SecretException("the encrypted secret has been changed or belongs elsewhere", e);
    }
  }

  private MasterKey current() {
    if (current == null) {
      throw new IllegalStateException("there is no master key");
    }
    return current;
  }

  private static Cipher cipher(int mode, SecretKey key, byte[] iv, String context)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(ALGORITHM);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, iv));
    cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  /** Returns the beginning of the key's hash, which tells nothing about the key. */
  private static String id(byte[] key) {
    return HexFormat.of().formatHex(Hashes.sha256(key), 0, ID_BYTES);
  }

  /** Returns the ids of the keys. */
  @Override
  public String toString() {
    return "MasterKeys" + keys.keySet();
  }
}
