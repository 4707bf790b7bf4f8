package io.broadcasty.admin.securitylog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditOutcome;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.lifecycle.ConnectionEvent.Authenticated;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.DisconnectRequested;
import io.broadcasty.core.lifecycle.ConnectionEvent.Disconnected;
import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.ConnectionEvent.Replayed;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenFault;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenRefused;
import io.broadcasty.core.lifecycle.ConnectionInfo;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests which events are written, with which fields, and which of them the audit log gets. */
class SecurityLogTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final String ADDRESS = "192.0.2.1";
  private static final ConnectionInfo ANN =
      new ConnectionInfo(7, TransportType.WEBSOCKET, ACME, "ann", ADDRESS);
  private static final String HEAD = "\"time\":\"2026-09-21T12:00:00Z\",\"node\":\"n1\",";
  private static final String BY_ANN =
      "\"tenant\":\"acme\",\"user\":\"ann\",\"address\":\"192.0.2.1\"";

  private final LogCapture captured = new LogCapture(SecurityLog.LOGGER);
  private final ManualTime time = new ManualTime();
  private final List<AuditEvent> audited = new ArrayList<>();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private SecurityLog log = log(tasks::add);
  private SecurityLogListener listener = new SecurityLogListener(log);

  private SecurityLog log(Executor later) {
    return new SecurityLog(
        new SecurityLogSettings(true, 4, 1000), "n1", audited::add, later, time, time);
  }

  @AfterEach
  void release() {
    captured.close();
  }

  private void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private void check(System.Logger.Level level, String line) {
    assertEquals(List.of(line), captured.lines());
    assertEquals(List.of(level), captured.levels());
    captured.clear();
  }

  @Test
  void writesConnectsAndDisconnects() {
    listener.onAuthenticated(new Authenticated(ANN));
    check(
        System.Logger.Level.INFO,
        "{\"event\":\"connected\","
            + HEAD
            + "\"cause\":\"token\","
            + BY_ANN
            + ",\"transport\":\"websocket\",\"connection\":7}");
    listener.onDisconnected(
        new Disconnected(ANN, "slow_consumer", "too slow", 3_000_000_000L, 10, 20));
    check(
        System.Logger.Level.INFO,
        "{\"event\":\"disconnected\","
            + HEAD
            + "\"cause\":\"slow_consumer\","
            + BY_ANN
            + ",\"transport\":\"websocket\",\"connection\":7,\"durationMillis\":3000,"
            + "\"reason\":\"too slow\"}");
    listener.onDisconnected(
        new Disconnected(
            new ConnectionInfo(8, TransportType.WEBSOCKET, null, null, ADDRESS),
            null,
            "the connection is closed",
            0,
            0,
            0));
    check(
        System.Logger.Level.INFO,
        "{\"event\":\"disconnected\","
            + HEAD
            + "\"cause\":\"closed\",\"address\":\"192.0.2.1\",\"transport\":\"websocket\","
            + "\"connection\":8,\"durationMillis\":0,\"reason\":\"the connection is closed\"}");
    run();
    assertEquals(List.of(), audited, "connections are not in the audit log");
  }

  @Test
  void writesRefusedTokensWithTheirReason() {
    listener.onTokenRefused(new TokenRefused(TokenFault.INVALID, "it is forged", ADDRESS));
    check(
        System.Logger.Level.WARNING,
        "{\"event\":\"token_refused\","
            + HEAD
            + "\"cause\":\"invalid\",\"address\":\"192.0.2.1\",\"reason\":\"it is forged\"}");
    run();
    assertEquals(
        List.of(
            new AuditEvent(
                null,
                "security.token_refused",
                AuditOutcome.REFUSED,
                null,
                null,
                ADDRESS,
                null,
                "{\"node\":\"n1\",\"cause\":\"invalid\",\"reason\":\"it is forged\"}",
                time.nowMillis())),
        audited);
  }

  @Test
  void namesTheIssuerThatMayNotSignForATenant() {
    String reason = "the issuer may not";
    TenantId claimed = new TenantId("beta");
    listener.onTokenRefused(
        new TokenRefused(TokenFault.TENANT, reason, ADDRESS, "keycloak", claimed));
    String facts =
        "\"reason\":\"the issuer may not\",\"issuer\":\"keycloak\",\"claimedTenant\":\"beta\"}";
    check(
        System.Logger.Level.WARNING,
        "{\"event\":\"token_refused\","
            + HEAD
            + "\"cause\":\"tenant\",\"address\":\"192.0.2.1\","
            + facts);
    run();
    assertEquals("{\"node\":\"n1\",\"cause\":\"tenant\"," + facts, audited.get(0).context());
  }

  @Test
  void missingAndExpiredTokensHappenToEveryone() {
    listener.onTokenRefused(new TokenRefused(TokenFault.EXPIRED, "it has expired", ADDRESS));
    listener.onTokenRefused(new TokenRefused(TokenFault.MISSING, "there is none", ADDRESS));
    assertEquals(List.of(System.Logger.Level.INFO, System.Logger.Level.INFO), captured.levels());
    run();
    assertEquals(List.of(), audited);
    for (int i = 0; i < 10; i++) {
      listener.onTokenRefused(new TokenRefused(TokenFault.MISSING, "there is none", ADDRESS));
    }
    captured.clear();
    log.close();
    assertEquals(List.of(System.Logger.Level.INFO), captured.levels(), "their count too");
  }

  @Test
  void writesDenials() {
    listener.onDenied(
        new Denied(ACME, "ann", Operation.SUBSCRIBE, ChannelName.Kind.PRIVATE, ADDRESS));
    check(
        System.Logger.Level.WARNING,
        "{\"event\":\"denied\","
            + HEAD
            + "\"cause\":\"subscribe\","
            + BY_ANN
            + ",\"channelKind\":\"private\"}");
    run();
    assertEquals(
        List.of(
            new AuditEvent(
                ACME,
                "security.denied",
                AuditOutcome.REFUSED,
                ACME,
                "ann",
                ADDRESS,
                null,
                "{\"node\":\"n1\",\"cause\":\"subscribe\",\"channelKind\":\"private\"}",
                time.nowMillis())),
        audited);
  }

  @Test
  void writesReplays() {
    listener.onReplayed(new Replayed(ACME, "ann", "this nonce was used before", ADDRESS));
    check(
        System.Logger.Level.WARNING,
        "{\"event\":\"replayed\","
            + HEAD
            + "\"cause\":\"nonce\","
            + BY_ANN
            + ",\"reason\":\"this nonce was used before\"}");
    run();
    assertEquals("security.replayed", audited.get(0).action());
  }

  @Test
  void writesReachedLimits() {
    listener.onLimitReached(
        new LimitReached(LimitReached.RATE_CHANNEL, ACME, null, "orders", null));
    check(
        System.Logger.Level.WARNING,
        "{\"event\":\"limit_reached\","
            + HEAD
            + "\"cause\":\"rate_channel\",\"tenant\":\"acme\",\"channel\":\"orders\"}");
    run();
    assertEquals(List.of(), audited, "limits are not in the audit log");
  }

  @Test
  void writesRequestsToDisconnect() {
    listener.onDisconnectRequested(
        new DisconnectRequested(ACME, "boss", ACME, "ann", true, "disconnected", ADDRESS));
    check(
        System.Logger.Level.INFO,
        "{\"event\":\"disconnect_requested\","
            + HEAD
            + "\"cause\":\"disconnected\",\"tenant\":\"acme\",\"user\":\"boss\","
            + "\"address\":\"192.0.2.1\",\"targetTenant\":\"acme\",\"targetUser\":\"ann\","
            + "\"byToken\":true}");
  }

  @Test
  void whatIsLeftOutIsCountedInALineAndInMeters() {
    for (int i = 0; i < 10; i++) {
      listener.onDenied(new Denied(ACME, "ann", Operation.PUBLISH, null, ADDRESS));
    }
    run();
    assertEquals(2, captured.lines().size());
    assertEquals(2, audited.size());
    assertEquals(2, log.written(SecurityEventType.DENIED));
    assertEquals(8, log.leftOut(SecurityEventType.DENIED));
    captured.clear();
    log.summarize();
    assertEquals(List.of(), captured.lines(), "the minute is not over");
    time.advance(Duration.ofMinutes(1));
    log.summarize();
    check(
        System.Logger.Level.WARNING,
        "{\"event\":\"left_out\",\"time\":\"2026-09-21T12:01:00Z\",\"node\":\"n1\","
            + "\"of\":\"denied\",\"cause\":\"publish\",\"tenant\":\"acme\","
            + "\"address\":\"192.0.2.1\",\"count\":8}");
  }

  @Test
  void theEndOfTheNodeWritesWhatWasLeftOut() {
    for (int i = 0; i < 3; i++) {
      listener.onDenied(new Denied(ACME, "ann", Operation.PUBLISH, null, ADDRESS));
    }
    captured.clear();
    log.close();
    assertEquals(1, captured.lines().size());
    assertTrue(captured.text().contains("\"count\":1"), captured.text());
  }

  @Test
  void aSlowAuditLogTakesBoundedMemory() {
    for (int i = 0; i < 2 * SecurityLog.MAX_WAITING; i++) {
      listener.onDenied(new Denied(new TenantId("t" + i), "ann", Operation.PUBLISH, null, ADDRESS));
    }
    assertEquals(SecurityLog.MAX_WAITING, tasks.size());
    run();
    assertEquals(SecurityLog.MAX_WAITING, audited.size());
    listener.onDenied(new Denied(ACME, "ann", Operation.PUBLISH, null, ADDRESS));
    assertEquals(1, tasks.size(), "there is room again");
  }

  @Test
  void anAuditLogThatFailsDoesNotKeepItsPlace() {
    log =
        new SecurityLog(
            new SecurityLogSettings(true, 4, 1000),
            "n1",
            event -> {
              throw new IllegalStateException("away");
            },
            task -> {
              try {
                task.run();
              } catch (IllegalStateException e) {
                audited.add(AuditEvent.ofService(null, "failed", null, 0));
              }
            },
            time,
            time);
    listener = new SecurityLogListener(log);
    for (int i = 0; i < 2 * SecurityLog.MAX_WAITING; i++) {
      listener.onDenied(new Denied(new TenantId("t" + i), "ann", Operation.PUBLISH, null, ADDRESS));
    }
    assertEquals(2 * SecurityLog.MAX_WAITING, audited.size());
  }

  @Test
  void aStoppingNodeStillWritesLines() {
    log =
        log(
            task -> {
              throw new RejectedExecutionException("it stops");
            });
    new SecurityLogListener(log).onDenied(new Denied(ACME, "ann", Operation.PUSH, null, ADDRESS));
    assertEquals(1, captured.lines().size());
  }

  @Test
  void theAuditLogGetsTextsThatFitItsColumns() {
    listener.onDenied(
        new Denied(ACME, "a\u0000\n".repeat(200), Operation.PUSH, null, "1".repeat(100)));
    run();
    String actor = Objects.requireNonNull(audited.get(0).actor());
    String ip = audited.get(0).ip();
    assertTrue(actor.length() <= 200 && actor.startsWith("a??a"), actor);
    assertFalse(actor.chars().anyMatch(Character::isISOControl));
    assertTrue(ip != null && ip.length() <= 45, ip);
  }
}
