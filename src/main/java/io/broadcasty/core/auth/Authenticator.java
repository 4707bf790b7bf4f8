package io.broadcasty.core.auth;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/** Verifies a token and returns its {@link Caller}. Fast enough for every request. */
@ThreadSafe
public interface Authenticator {

  /**
   * Verifies a token.
   *
   * @return {@link Authenticated}, or {@link Refused}, {@link Revoked} or {@link TenantRefused}
   *     with a reason that may be shown to the client; never an exception for an invalid token
   * @throws AuthenticationUnavailableException when the token cannot be verified now (the keys
   *     cannot be fetched); trying again later is right
   */
  Verdict authenticate(String token);

  /**
   * Verifies a token that a client sent from an address. The address changes nothing about the
   * verdict; it is for those who report refused tokens.
   *
   * @param address null where it is unknown
   */
  default Verdict authenticate(String token, @Nullable String address) {
    return authenticate(token);
  }

  /**
   * Verifies a token whose sender has shown that it has the key to which the token is bound, or
   * shows it with this request; whoever calls this checks the proof.
   *
   * @param address the client's; null where it is unknown
   * @return as {@link #authenticate(String)} does
   * @throws AuthenticationUnavailableException as {@link #authenticate(String)} does
   */
  default Verdict authenticateBound(String token, @Nullable String address) {
    return authenticate(token, address);
  }

  /**
   * Verifies the signature of a request. Its time, nonce and body are left to the caller.
   *
   * @param address the client's; null where it is unknown
   * @return as {@link #authenticate(String)} does
   * @throws AuthenticationUnavailableException as {@link #authenticate(String)} does
   */
  default Verdict authenticate(SignedRequest request, @Nullable String address) {
    return new Refused("this node accepts no signed requests", false);
  }

  /** The outcome of a verification. */
  sealed interface Verdict permits Authenticated, Refused, Revoked, TenantRefused {}

  /**
   * The verdict for a valid token.
   *
   * @param cacheable whether it may be kept for as long as the token is valid; otherwise only its
   *     issuer knows, and whoever asks the issuer keeps the answer for as long as it counts
   */
  record Authenticated(Caller caller, boolean cacheable) implements Verdict {

    /** Creates a verdict that may be kept. */
    public Authenticated(Caller caller) {
      this(caller, true);
    }
  }

  /**
   * The verdict for an invalid token.
   *
   * @param reason what is wrong with it and how to fix it, in one sentence without the token or any
   *     of its values
   * @param expired whether its expiry is the only fault
   */
  record Refused(String reason, boolean expired) implements Verdict {}

  /**
   * The verdict for a token that was valid, and has been revoked.
   *
   * @param reason what to do about it, in one sentence
   */
  record Revoked(String reason) implements Verdict {}

  /**
   * The verdict for a valid token of a tenant that is not served, or for which its issuer may not
   * sign.
   *
   * @param reason why the tenant is not served, in one sentence
   * @param issuer the name of the issuer that may not sign for the tenant; null for another reason
   * @param tenant that the issuer has claimed; null for another reason
   */
  record TenantRefused(String reason, @Nullable String issuer, @Nullable TenantId tenant)
      implements Verdict {

    /** Creates the verdict for a tenant that is not served. */
    public TenantRefused(String reason) {
      this(reason, null, null);
    }
  }
}
