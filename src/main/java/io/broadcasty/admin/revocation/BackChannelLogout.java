package io.broadcasty.admin.revocation;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.admin.audit.AuditOutcome;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.LogoutVerifier;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenFault;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenRefused;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.rbac.KeyPermissions;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Ends what a user has open when an identity provider says that the user has logged out (OpenID
 * Connect Back-Channel Logout 1.0): the tokens are revoked, on all nodes, and with them streams,
 * cookies and tickets. Blocks on the stores.
 */
@ThreadSafe
public final class BackChannelLogout {

  private static final System.Logger LOG = System.getLogger(BackChannelLogout.class.getName());

  /** The action in the audit log. */
  static final String ACTION = "user.logout";

  /** No user has a subject with U+0000, so none can use up the id of a logout token. */
  private static final String NONCES = "\0logout:";

  private final LogoutVerifier tokens;
  private final NonceStore used;
  private final RevocationAdministration revocations;
  private final AuditLog audit;
  private final RealtimeListener listener;
  private final WallClock clock;

  /** What became of a logout. */
  public sealed interface Outcome {}

  /** The tokens are revoked, and all nodes are notified. */
  public record LoggedOut() implements Outcome {}

  /** The logout token is refused, for a reason that its sender may be told. */
  public record Refused(String reason) implements Outcome {}

  /** Nothing, or not everything, could be revoked; the reason says whether trying again helps. */
  public record Failed(String reason, boolean again) implements Outcome {}

  /**
   * Creates the use case.
   *
   * @param used remembers the ids of logout tokens
   * @param listener is notified of refused tokens
   */
  public BackChannelLogout(
      LogoutVerifier tokens,
      NonceStore used,
      RevocationAdministration revocations,
      AuditLog audit,
      RealtimeListener listener,
      WallClock clock) {
    this.tokens = tokens;
    this.used = used;
    this.revocations = revocations;
    this.audit = audit;
    this.listener = listener;
    this.clock = clock;
  }

  /**
   * Logs out whom a logout token names.
   *
   * @param address the sender's; null where it is unknown
   */
  public Outcome logOut(String token, @Nullable String address) {
    LogoutVerifier.Verdict verdict;
    try {
      verdict = tokens.verifyLogout(token);
    } catch (AuthenticationUnavailableException e) {
      LOG.log(Level.WARNING, "A logout token cannot be verified", e);
      return new Failed("logout tokens cannot be verified now; retry", true);
    }
    if (verdict instanceof LogoutVerifier.Refused refused) {
      return refused(new TokenRefused(TokenFault.INVALID, refused.reason(), address));
    }
    if (verdict instanceof LogoutVerifier.TenantRefused refused) {
      return refused(
          new TokenRefused(
              TokenFault.TENANT, refused.reason(), address, refused.issuer(), refused.tenant()));
    }
    LogoutVerifier.Logout logout = (LogoutVerifier.Logout) verdict;
    if (logout.user() != null && logout.user().startsWith(KeyPermissions.SUBJECT_PREFIX)) {
      return refused(
          new TokenRefused(TokenFault.INVALID, "API keys are no users of an issuer", address));
    }
    return logOut(logout, address);
  }

  private Outcome refused(TokenRefused event) {
    listener.onTokenRefused(event);
    return new Refused(event.reason());
  }

  /**
   * Revokes first: a token whose revocation has failed may be sent again. One that is repeated
   * later changes nothing, since it revokes what its issuer had issued when it logged the user out.
   */
  private Outcome logOut(LogoutVerifier.Logout logout, @Nullable String address) {
    Failed failure = null;
    boolean first = false;
    for (TenantId tenant : logout.tenants()) {
      RevocationTarget target =
          logout.signIn() != null
              ? RevocationTarget.signIn(tenant, logout.signIn())
              : RevocationTarget.user(tenant, String.valueOf(logout.user()));
      RevocationOutcome revoked = revocations.revoke(target, logout.issuedAt(), null);
      if (!(revoked instanceof RevocationOutcome.Revoked)) {
        failure = failed(revoked);
        append(logout, target, AuditOutcome.FAILED, address);
      } else if (isFirst(logout, tenant)) {
        first = true;
        append(logout, target, AuditOutcome.DONE, address);
      }
    }
    if (failure != null) {
      return failure;
    }
    return first
        ? new LoggedOut()
        : refused(
            new TokenRefused(TokenFault.INVALID, "this logout token was used before", address));
  }

  private boolean isFirst(LogoutVerifier.Logout logout, TenantId tenant) {
    try {
      return used.tryUse(tenant, NONCES + logout.issuer(), logout.tokenId());
    } catch (AuthenticationUnavailableException e) {
      LOG.log(Level.DEBUG, "Cannot remember a logout token, which does no harm", e);
      return true;
    }
  }

  private static Failed failed(RevocationOutcome outcome) {
    if (outcome instanceof RevocationOutcome.Off off) {
      LOG.log(Level.WARNING, "A user cannot be logged out: {0}", off.reason());
      return new Failed(off.reason(), false);
    }
    if (outcome instanceof RevocationOutcome.Invalid invalid) {
      LOG.log(Level.WARNING, "A user cannot be logged out: {0}", invalid.reason());
      return new Failed(invalid.reason(), false);
    }
    return new Failed("the store of revocations or the nodes cannot be reached now; retry", true);
  }

  private void append(
      LogoutVerifier.Logout logout,
      RevocationTarget target,
      AuditOutcome outcome,
      @Nullable String address) {
    audit.append(
        new AuditEvent(
            target.tenant(),
            ACTION,
            outcome,
            null,
            null,
            address,
            target.kind().wireName() + ":" + target.shownName(),
            "{\"issuer\":\"" + logout.issuer() + "\",\"revocation\":\"" + target.id() + "\"}",
            clock.nowMillis()));
  }
}
