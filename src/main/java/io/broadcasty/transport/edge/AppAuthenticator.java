package io.broadcasty.transport.edge;

import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppCallers;
import io.broadcasty.core.app.AppRequest;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.auth.ServedTenants;
import io.broadcasty.core.hash.Hashes;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the requests of apps' back ends to {@code /apps/{id}/…} (Pusher's REST API,
 * "Authentication"): key, signature of path, query and body, and time. A request that changes
 * something is accepted once.
 */
final class AppAuthenticator {

  private static final System.Logger LOG = System.getLogger(AppAuthenticator.class.getName());
  private static final Pattern PATH = Pattern.compile("/apps/([^/]+)/.*");
  private static final String BODY = "body_md5";
  private static final String VERSION = "1.0";

  private final Apps apps;
  private final TenantSettingsLookup tenants;
  private final NonceStore nonces;

  /**
   * A verified request.
   *
   * @param body says whether the body is the signed one
   */
  record Verified(Caller caller, SignedBody body) {}

  AppAuthenticator(Apps apps, TenantSettingsLookup tenants, NonceStore nonces) {
    this.apps = apps;
    this.tenants = tenants;
    this.nonces = nonces;
  }

  /** Returns whether requests to a path are signed by an app. */
  static boolean isSigned(String path) {
    return path.startsWith("/apps/");
  }

  /**
   * Verifies a request; its body is left to {@link Verified#body}.
   *
   * @param path without the context path
   * @throws ProblemException when it is refused
   */
  Verified verify(HttpServletRequest request, String path, long nowMillis, String address)
      throws ProblemException {
    Matcher parts = PATH.matcher(path);
    App app = parts.matches() ? apps.byId(parts.group(1)) : null;
    AppRequest signed =
        AppRequest.of(
            request.getMethod(),
            request.getRequestURI(),
            request.getContextPath(),
            request.getQueryString());
    App.Credential credential = app == null ? null : app.credential(signed.parameter("auth_key"));
    if (app == null || credential == null) {
      throw new ProblemException(Code.UNAUTHORIZED, "there is no such app with this `auth_key`");
    }
    if (!signed.parameter("auth_version").equals(VERSION)) {
      throw new ProblemException(Code.UNAUTHORIZED, "`auth_version` must be " + VERSION);
    }
    checkTime(signed.parameter("auth_timestamp"), nowMillis);
    if (!signed.isSignedBy(credential.secret())) {
      throw new ProblemException(
          Code.INVALID_SIGNATURE,
          "`auth_signature` is not the signature of this method, path and query with the secret of"
              + " this key");
    }
    TenantState state = tenants.of(app.tenant()).state();
    if (!state.isServed()) {
      throw new ProblemException(Code.TENANT_REFUSED, ServedTenants.reason(state));
    }
    Caller caller = AppCallers.backEnd(app, Instant.ofEpochMilli(nowMillis), address);
    if (app.repeatsRefused() && request.getMethod().equals("POST")) {
      checkFirst(caller, signed.signature());
    }
    String md5 = signed.parameter(BODY);
    return new Verified(caller, (bytes, length) -> fault(md5, bytes, length));
  }

  private static void checkTime(String timestamp, long nowMillis) throws ProblemException {
    long sentMillis;
    try {
      sentMillis = Math.multiplyExact(Long.parseLong(timestamp), 1000L);
    } catch (NumberFormatException | ArithmeticException e) {
      LOG.log(Level.TRACE, "Not a time", e);
      throw new ProblemException(
          Code.UNAUTHORIZED, "`auth_timestamp` must be a whole number of seconds since 1970");
    }
    long windowMillis = EdgeSettings.APP_WINDOW.toMillis();
    if (sentMillis > nowMillis + windowMillis || sentMillis < nowMillis - windowMillis) {
      throw new ProblemException(
          Code.REPLAYED,
          "`auth_timestamp` is more than "
              + windowMillis / 1000
              + " s from the server's clock; send the current time");
    }
  }

  private void checkFirst(Caller caller, String signature) throws ProblemException {
    try {
      if (!nonces.tryUse(caller.tenant(), caller.subject(), signature)) {
        throw new ProblemException(
            Code.REPLAYED,
            "this request was sent before; one that is equal must be sent in another second");
      }
    } catch (AuthenticationUnavailableException e) {
      LOG.log(Level.DEBUG, "Cannot check nonces", e);
      throw new ProblemException(
          new Problem(
              Code.UNAVAILABLE,
              "whether this request was sent before cannot be checked at the moment",
              Duration.ofSeconds(1)));
    }
  }

  private static @Nullable Problem fault(String md5, byte[] bytes, int length) {
    boolean unsigned = md5.isEmpty() && length == 0;
    return unsigned || Hashes.equal(Hashes.md5Hex(bytes, length), md5)
        ? null
        : Problem.of(Code.INVALID_SIGNATURE, "`" + BODY + "` is not the MD5 of the body");
  }
}
