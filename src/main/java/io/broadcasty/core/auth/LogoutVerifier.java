package io.broadcasty.core.auth;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies logout tokens, by which an identity provider says that a user's session with it has
 * ended (OpenID Connect Back-Channel Logout 1.0, section 2.4).
 */
@ThreadSafe
@FunctionalInterface
public interface LogoutVerifier {

  /**
   * Verifies a logout token, all but whether it was used before.
   *
   * @return {@link Logout}, or {@link Refused} or {@link TenantRefused} with a reason that may be
   *     shown to the sender; never an exception for an invalid token
   * @throws AuthenticationUnavailableException when the token cannot be verified now; trying again
   *     later is right
   */
  Verdict verifyLogout(String token);

  /** The outcome of a verification. */
  sealed interface Verdict permits Logout, Refused, TenantRefused {}

  /**
   * Who is logged out: a user or a sign-in.
   *
   * @param issuer the name of the issuer in the settings
   * @param tenants whose user it is: the one that the token names, otherwise those of the issuer
   * @param user all of whose tokens until now end; null when one sign-in ends
   * @param signIn whose tokens end, as {@link Caller#signIn} has it; null when a user's do
   * @param issuedAt when the issuer has ended it, by the issuer's clock
   * @param tokenId the claim {@code jti}, which identifies the logout token among the issuer's
   */
  record Logout(
      String issuer,
      Set<TenantId> tenants,
      @Nullable String user,
      @Nullable String signIn,
      Instant issuedAt,
      String tokenId)
      implements Verdict {

    public Logout {
      tenants = Set.copyOf(tenants);
      if ((user == null) == (signIn == null)) {
        throw new IllegalArgumentException("a user or a sign-in is logged out");
      }
    }
  }

  /**
   * The token is invalid.
   *
   * @param reason what is wrong with it, in one sentence without any of its values
   */
  record Refused(String reason) implements Verdict {}

  /**
   * The token is valid, and its issuer may not speak for the tenant that it names.
   *
   * @param issuer the name of the issuer in the settings
   */
  record TenantRefused(String reason, String issuer, TenantId tenant) implements Verdict {}
}
