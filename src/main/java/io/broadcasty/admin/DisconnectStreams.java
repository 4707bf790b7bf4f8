package io.broadcasty.admin;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.admin.audit.AuditOutcome;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.DisconnectRequested;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.rbac.Roles;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections on all nodes. An administrator of a tenant ends those of that tenant, an
 * operator those of any tenant. A request has to name a target, so that nobody ends all connections
 * by leaving something out. Connections opened afterwards are not affected.
 *
 * <p>A named user's devices get no notifications of private topics either, until they are
 * registered again with a valid token; except when the connections are only to move to another
 * node.
 */
@ThreadSafe
public final class DisconnectStreams {

  private static final System.Logger LOG = System.getLogger(DisconnectStreams.class.getName());
  private static final int SHOWN_OF_TOKEN_ID = 8;

  /** The code with which clients come back at once with the same token. */
  private static final String RECONNECT = "draining";

  private static final String DISCONNECTED = "disconnected";

  private final Administration administration;
  private final ControlTopic topic;
  private final ToIntFunction<ControlMessage.Disconnect> matching;
  private final OfflineAccess offline;
  private final IntSupplier nodes;
  private final AuditLog audit;
  private final WallClock clock;
  private final RealtimeListener listener;

  /**
   * Creates the use case.
   *
   * @param matching returns how many connections of this node match now
   * @param offline ends what a user gets without a connection
   * @param nodes returns how many nodes are told, this one included, as far as is known
   * @param listener notified of requests, accepted and denied
   */
  public DisconnectStreams(
      Administration administration,
      ControlTopic topic,
      ToIntFunction<ControlMessage.Disconnect> matching,
      OfflineAccess offline,
      IntSupplier nodes,
      AuditLog audit,
      WallClock clock,
      RealtimeListener listener) {
    this.administration = administration;
    this.topic = topic;
    this.matching = matching;
    this.offline = offline;
    this.nodes = nodes;
    this.audit = audit;
    this.clock = clock;
    this.listener = listener;
  }

  /**
   * Publishes the request to all nodes; blocks until the store of control messages has accepted it.
   *
   * @param address the caller's, for the audit log
   */
  public DisconnectOutcome disconnect(Caller caller, DisconnectRequest request, String address) {
    boolean operator = administration.isOperator(caller);
    if (!administration.isAdministrator(caller)) {
      return denied(caller, "this needs the role `" + Roles.ADMIN + "` in the token's `roles`");
    }
    if (request.tenant() == null && request.user() == null && request.tokenId() == null) {
      return new DisconnectOutcome.Invalid(
          "name the connections by at least one of `tenant`, `user` and `tokenId`");
    }
    TenantId tenant;
    try {
      tenant = request.tenant() == null ? null : new TenantId(request.tenant());
    } catch (IllegalArgumentException e) {
      return new DisconnectOutcome.Invalid("`tenant`: " + e.getMessage());
    }
    if (!operator) {
      if (tenant != null && !tenant.equals(caller.tenant())) {
        return denied(
            caller,
            "an administrator may end connections of its own tenant only; leave `tenant` out");
      }
      tenant = caller.tenant();
    }
    return publish(caller, tenant, request, true, address);
  }

  /**
   * Ends the connections of a user for a back end that acts for its tenant; blocks as {@link
   * #disconnect} does. What the user gets without a connection goes on.
   *
   * @param address the caller's, for the audit log
   */
  public DisconnectOutcome disconnectUser(Caller backEnd, String user, String address) {
    return publish(
        backEnd,
        backEnd.tenant(),
        new DisconnectRequest(null, user, null, DISCONNECTED),
        false,
        address);
  }

  private DisconnectOutcome denied(Caller caller, String reason) {
    listener.onDenied(
        new Denied(caller.tenant(), caller.subject(), Operation.ADMIN, null, caller.address()));
    return new DisconnectOutcome.Denied(reason);
  }

  private DisconnectOutcome publish(
      Caller caller,
      @Nullable TenantId tenant,
      DisconnectRequest request,
      boolean offlineToo,
      String address) {
    ControlMessage.Disconnect message =
        new ControlMessage.Disconnect(
            tenant, request.user(), request.tokenId(), null, request.code());
    int here = matching.applyAsInt(message);
    long sequence;
    try {
      sequence = topic.publish(message);
    } catch (ControlException e) {
      LOG.log(Level.WARNING, "Cannot notify the nodes; connections are not ended", e);
      return new DisconnectOutcome.Unavailable(e);
    }
    LOG.log(Level.INFO, caller + " ends connections: " + message + ", control message " + sequence);
    listener.onDisconnectRequested(
        new DisconnectRequested(
            caller.tenant(),
            caller.subject(),
            tenant,
            request.user(),
            request.tokenId() != null,
            request.code(),
            address));
    DisconnectOutcome outcome = new DisconnectOutcome.Accepted(sequence, nodes.getAsInt(), here);
    int devices = 0;
    try {
      devices = offlineToo ? endOfflineAccess(tenant, request) : 0;
    } catch (ControlException e) { // the connections are ended all the same
      LOG.log(Level.WARNING, "Cannot end the notifications of a user whose connections ended", e);
      outcome = new DisconnectOutcome.Unavailable(e);
    }
    audit.append(
        new AuditEvent(
            tenant,
            "admin.disconnect",
            AuditOutcome.DONE,
            caller.tenant(),
            caller.subject(),
            address,
            target(tenant, request),
            context(request, sequence, devices),
            clock.nowMillis()));
    return outcome;
  }

  private int endOfflineAccess(@Nullable TenantId tenant, DisconnectRequest request) {
    String user = request.user();
    return user == null || request.code().equals(RECONNECT) ? 0 : offline.end(tenant, user);
  }

  /** Names the user, otherwise the tenant; the token is in the context. */
  private static @Nullable String target(@Nullable TenantId tenant, DisconnectRequest request) {
    if (request.user() != null) {
      return "user:" + request.user();
    }
    return tenant == null ? null : "tenant:" + tenant.value();
  }

  /**
   * Describes a request for the log without the token's id, of which only the beginning may be
   * kept.
   */
  private static String context(DisconnectRequest request, long sequence, int devices) {
    StringBuilder json = new StringBuilder("{");
    json.append("\"sequence\":").append(sequence);
    json.append(",\"code\":").append(quoted(request.code()));
    if (request.tokenId() != null) {
      String id = request.tokenId();
      json.append(",\"tokenId\":")
          .append(quoted(id.substring(0, Math.min(SHOWN_OF_TOKEN_ID, id.length())) + "…"));
    }
    if (devices > 0) {
      json.append(",\"devices\":").append(devices);
    }
    return json.append('}').toString();
  }

  private static String quoted(String text) {
    return '"'
        + new String(
            com.fasterxml.jackson.core.io.JsonStringEncoder.getInstance().quoteAsString(text))
        + '"';
  }
}
