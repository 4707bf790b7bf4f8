package io.broadcasty.core.auth;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.hash.Hashes;
import io.broadcasty.core.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Issues tickets that stand for a token once, for a short time, on every node: for URLs, which
 * proxies and browsers keep.
 *
 * <p>A ticket is a random key. The store has the token encrypted with it (AES-256-GCM), under a
 * hash of it, so neither the ticket nor the token can be read in the store.
 */
@ThreadSafe
public final class Tickets {

  /** How long a ticket is valid. */
  public static final Duration LIFE = Duration.ofSeconds(30);

  private static final int KEY_BYTES = 32;
  private static final Pattern TICKET = Pattern.compile("[A-Za-z0-9_-]{43}");
  private static final String CIPHER = "AES/GCM/NoPadding";

  /** Each key encrypts one text only. */
  private static final GCMParameterSpec PARAMETERS = new GCMParameterSpec(128, new byte[12]);

  @SuppressWarnings("ThreadSafe") // SecureRandom is
  private final SecureRandom random = new SecureRandom();

  private final TicketStore store;

  public Tickets(TicketStore store) {
    this.store = store;
  }

  /**
   * Returns a new ticket, which is valid for {@link #LIFE}. May block.
   *
   * @throws AuthenticationUnavailableException when the store cannot be reached, or has no room,
   *     now
   */
  public String issue(TenantId tenant, String token) {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    byte[] text = token.getBytes(StandardCharsets.UTF_8);
    try {
      store.put(tenant, id(key), cipher(Cipher.ENCRYPT_MODE, key).doFinal(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no AES-GCM", e);
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(key);
  }

  /**
   * Returns the token of a ticket, and ends the ticket; null when there is no such ticket, or it
   * was used, or has expired. May block.
   *
   * @throws AuthenticationUnavailableException when the store cannot be reached now
   */
  public @Nullable String redeem(String ticket) {
    if (!TICKET.matcher(ticket).matches()) {
      return null;
    }
    byte[] key = Base64.getUrlDecoder().decode(ticket);
    byte[] content = store.take(id(key));
    if (content == null) {
      return null;
    }
    try {
      byte[] text = cipher(Cipher.DECRYPT_MODE, key).doFinal(content);
      return new String(text, StandardCharsets.UTF_8);
    } catch (GeneralSecurityException e) { // somebody has changed the store
      throw new AuthenticationUnavailableException("the ticket cannot be read", e);
    }
  }

  private static Cipher cipher(int mode, byte[] key) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, new SecretKeySpec(key, "AES"), PARAMETERS);
    return cipher;
  }

  private static String id(byte[] key) {
    return Hashes.sha256Hex(key);
  }
}
