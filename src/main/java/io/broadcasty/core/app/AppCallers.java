package io.broadcasty.core.app;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.rbac.Roles;
import io.broadcasty.core.tenant.TenantId;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the callers that apps vouch for, whom the policies then know like any other. */
public final class AppCallers {

  /** The beginning of the subject of an app's back ends; the app's id follows. */
  public static final String BACK_END_PREFIX = "app:";

  /** The beginning of the subject of a connection that has not signed in; its id follows. */
  public static final String SOCKET_PREFIX = "socket:";

  /** When a connection without a token ends at the latest: never. */
  private static final Instant NEVER = Instant.ofEpochMilli(Long.MAX_VALUE);

  private AppCallers() {}

  /** Returns an app's back end, which may publish. */
  public static Caller backEnd(App app, Instant now, @Nullable String address) {
    return caller(
            app.tenant(),
            BACK_END_PREFIX + app.id(),
            Set.of(Roles.PUBLISHER, Roles.MEMBER),
            now,
            app)
        .from(address);
  }

  /** Returns an app's connection that has not signed in. */
  public static Caller socket(App app, String socketId, Instant now, @Nullable String address) {
    return user(app, SOCKET_PREFIX + socketId, null, now, address);
  }

  /**
   * Returns a user whom an app has signed for.
   *
   * @param signedRoles the roles that the app has signed too; null for those of all clients
   */
  public static Caller user(
      App app,
      String subject,
      @Nullable Set<String> signedRoles,
      Instant now,
      @Nullable String address) {
    Set<String> ofClients =
        app.clientEvents() ? Set.of(Roles.MEMBER, Roles.PARTICIPANT) : Set.of(Roles.MEMBER);
    Set<String> roles = signedRoles == null ? ofClients : signedRoles;
    return caller(app.tenant(), subject, roles, now, app).from(address);
  }

  private static Caller caller(
      TenantId tenant, String subject, Set<String> roles, Instant now, App app) {
    return new Caller(
        tenant, subject, roles, now, NEVER, Map.of("app", app.id()), BACK_END_PREFIX + app.id());
  }
}
