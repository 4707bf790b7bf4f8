package io.broadcasty.admin.securitylog;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.lifecycle.ConnectionEvent.Authenticated;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.DisconnectRequested;
import io.broadcasty.core.lifecycle.ConnectionEvent.Disconnected;
import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.lifecycle.ConnectionEvent.Replayed;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenRefused;
import io.broadcasty.core.lifecycle.ConnectionInfo;
import io.broadcasty.core.lifecycle.RealtimeListener;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Records the events of this node that matter for its security. */
@ThreadSafe
public record SecurityLogListener(SecurityLog log) implements RealtimeListener {

  /** The cause of a disconnect that was not the server's: the client left, or the network broke. */
  private static final String CLOSED = "closed";

  private static final String TOKEN = "token";
  private static final String NONCE = "nonce";

  @Override
  public void onAuthenticated(Authenticated event) {
    Map<String, Object> facts = facts(event.connection());
    log.record(of(SecurityEventType.CONNECTED, TOKEN, event.connection(), facts));
  }

  @Override
  public void onDisconnected(Disconnected event) {
    Map<String, Object> facts = facts(event.connection());
    facts.put("durationMillis", TimeUnit.NANOSECONDS.toMillis(event.durationNanos()));
    facts.put("reason", event.reason());
    String code = event.code();
    log.record(
        of(
            SecurityEventType.DISCONNECTED,
            code == null ? CLOSED : code,
            event.connection(),
            facts));
  }

  @Override
  public void onDisconnectRequested(DisconnectRequested event) {
    Map<String, Object> facts = new LinkedHashMap<>();
    put(facts, "targetTenant", event.targetTenant() == null ? null : event.targetTenant().value());
    put(facts, "targetUser", event.targetSubject());
    facts.put("byToken", event.byToken());
    log.record(
        new SecurityEvent(
            SecurityEventType.DISCONNECT_REQUESTED,
            event.code(),
            event.tenant(),
            event.subject(),
            event.address(),
            facts));
  }

  @Override
  public void onTokenRefused(TokenRefused event) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("reason", event.reason());
    put(facts, "issuer", event.issuer());
    put(facts, "claimedTenant", event.claimed() == null ? null : event.claimed().value());
    log.record(
        new SecurityEvent(
            SecurityEventType.TOKEN_REFUSED,
            event.fault().wireName(),
            null,
            null,
            event.address(),
            facts));
  }

  @Override
  public void onDenied(Denied event) {
    Map<String, Object> facts = new LinkedHashMap<>();
    put(
        facts,
        "channelKind",
        event.kind() == null ? null : event.kind().name().toLowerCase(Locale.ROOT));
    log.record(
        new SecurityEvent(
            SecurityEventType.DENIED,
            event.operation().wireName(),
            event.tenant(),
            event.subject(),
            event.address(),
            facts));
  }

  @Override
  public void onReplayed(Replayed event) {
    log.record(
        new SecurityEvent(
            SecurityEventType.REPLAYED,
            NONCE,
            event.tenant(),
            event.subject(),
            event.address(),
            Map.of("reason", event.reason())));
  }

  @Override
  public void onLimitReached(LimitReached event) {
    Map<String, Object> facts = new LinkedHashMap<>();
    put(facts, "channel", event.channel());
    log.record(
        new SecurityEvent(
            SecurityEventType.LIMIT_REACHED,
            event.limit(),
            event.tenant(),
            event.subject(),
            event.address(),
            facts));
  }

  private static SecurityEvent of(
      SecurityEventType type, String cause, ConnectionInfo connection, Map<String, Object> facts) {
    return new SecurityEvent(
        type, cause, connection.tenant(), connection.subject(), connection.address(), facts);
  }

  private static Map<String, Object> facts(ConnectionInfo connection) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("transport", connection.transport().wireName());
    facts.put("connection", connection.number());
    return facts;
  }

  private static void put(Map<String, Object> facts, String name, @Nullable String value) {
    if (value != null) {
      facts.put(name, value);
    }
  }
}
