package io.broadcasty.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlMessage.Disconnect;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.DisconnectRequested;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.RecordingListener;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DisconnectStreamsTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OPERATIONS = new TenantId("operations");

  private final ManualTime time = new ManualTime();
  private final List<ControlMessage> published = new ArrayList<>();
  private final List<AuditEvent> audited = new ArrayList<>();
  private final List<String> endedOffline = new ArrayList<>();
  private int devices;
  private boolean away;
  private boolean databaseAway;

  private final ControlTopic topic =
      new ControlTopic() {
        @Override
        public long publish(ControlMessage message) {
          if (away) {
            throw new ControlException("away");
          }
          published.add(message);
          return 16L + published.size();
        }

        @Override
        public void addListener(ControlListener listener) {}

        @Override
        public void close() {}
      };

  private final RecordingListener recorder = new RecordingListener();

  private DisconnectStreams use(@Nullable TenantId operators) {
    return new DisconnectStreams(
        new Administration("operator", operators),
        topic,
        whom -> 2,
        (tenant, user) -> {
          if (databaseAway) {
            throw new ControlException("away");
          }
          endedOffline.add(tenant + "/" + user);
          return devices;
        },
        () -> 3,
        audited::add,
        time,
        recorder);
  }

  private static Caller caller(TenantId tenant, String... roles) {
    return new Caller(
        tenant, "boss", Set.of(roles), Instant.EPOCH, Instant.MAX, Map.of(), "a.secret.token");
  }

  private DisconnectOutcome ask(
      Caller caller, @Nullable String tenant, @Nullable String user, @Nullable String tokenId) {
    return use(OPERATIONS)
        .disconnect(
            caller, new DisconnectRequest(tenant, user, tokenId, "disconnected"), "192.0.2.7");
  }

  @Test
  void anAdministratorEndsConnectionsOfTheOwnTenant() {
    DisconnectOutcome.Accepted accepted =
        assertInstanceOf(
            DisconnectOutcome.Accepted.class, ask(caller(ACME, "admin"), null, "ann", null));
    assertEquals(new DisconnectOutcome.Accepted(17, 3, 2), accepted);
    ask(caller(ACME, "admin"), "acme", null, null);
    assertEquals(
        List.of(
            new Disconnect(ACME, "ann", null, null, "disconnected"),
            new Disconnect(ACME, null, null, null, "disconnected")),
        published);
  }

  @Test
  void anAcceptedRequestIsReportedWithoutTheTokensId() {
    ask(caller(ACME, "admin"), null, "ann", "a-long-id-of-a-token");
    assertEquals(
        List.of(
            new DisconnectRequested(ACME, "boss", ACME, "ann", true, "disconnected", "192.0.2.7")),
        recorder.take());
  }

  @Test
  void anAdministratorCannotNameAnotherTenant() {
    assertInstanceOf(
        DisconnectOutcome.Denied.class, ask(caller(ACME, "admin"), "beta", "ann", null));
    assertEquals(List.of(new Denied(ACME, "boss", Operation.ADMIN, null, null)), recorder.take());
    assertInstanceOf(DisconnectOutcome.Denied.class, ask(caller(ACME, "member"), null, "a", null));
    assertEquals(List.of(new Denied(ACME, "boss", Operation.ADMIN, null, null)), recorder.take());
    assertEquals(List.of(), published);
    assertEquals(List.of(), audited);
  }

  @Test
  void anOperatorMayNameAnyTenantOrNone() {
    Caller operator = caller(OPERATIONS, "operator");
    ask(operator, "acme", null, null);
    ask(operator, null, "ann", null);
    assertEquals(
        List.of(
            new Disconnect(ACME, null, null, null, "disconnected"),
            new Disconnect(null, "ann", null, null, "disconnected")),
        published);
  }

  /** A tenant's issuer controls the claims of its tokens, so neither claim alone may suffice. */
  @ParameterizedTest
  @CsvSource({"acme,operator admin", "operations,admin"})
  void theRoleAloneOrTheTenantAloneMakesNoOperator(String tenant, String roles) {
    Caller caller = caller(new TenantId(tenant), roles.split(" ", -1));
    assertInstanceOf(DisconnectOutcome.Denied.class, ask(caller, "beta", null, null));
    ask(caller, null, "ann", null);
    assertEquals(
        List.of(new Disconnect(new TenantId(tenant), "ann", null, null, "disconnected")),
        published);
  }

  @Test
  void withoutATenantOfOperatorsThereAreNone() {
    DisconnectOutcome outcome =
        use(null)
            .disconnect(
                caller(OPERATIONS, "operator"),
                new DisconnectRequest("acme", null, null, "disconnected"),
                "192.0.2.7");
    assertInstanceOf(DisconnectOutcome.Denied.class, outcome);
  }

  @Test
  void deniesOtherCallers() {
    assertInstanceOf(
        DisconnectOutcome.Denied.class,
        ask(caller(ACME, "publisher", "member"), null, "ann", null));
  }

  @Test
  void aRequestMustNameATarget() {
    assertInstanceOf(
        DisconnectOutcome.Invalid.class, ask(caller(OPERATIONS, "operator"), null, null, null));
    assertInstanceOf(
        DisconnectOutcome.Invalid.class, ask(caller(ACME, "admin"), "not a tenant", null, null));
    assertEquals(List.of(), published);
  }

  @Test
  void auditsWithoutSecrets() {
    String tokenId = "uCg5Zk1hVYzQ0o8yq3Lw";
    ask(caller(OPERATIONS, "operator"), "acme", "a\"nn", tokenId);
    AuditEvent event = audited.get(0);
    assertEquals(ACME, event.tenant());
    assertEquals("admin.disconnect", event.action());
    assertEquals(OPERATIONS, event.actorTenant());
    assertEquals("boss", event.actor());
    assertEquals("user:a\"nn", event.target());
    assertEquals("192.0.2.7", event.ip());
    assertEquals(time.nowMillis(), event.timeMillis());
    String context = String.valueOf(event.context());
    assertEquals("{\"sequence\":17,\"code\":\"disconnected\",\"tokenId\":\"uCg5Zk1h…\"}", context);
    assertFalse(context.contains(tokenId));
  }

  @Test
  void aNamedUsersDevicesGetNothingPrivateAnyMore() {
    devices = 3;
    ask(caller(ACME, "admin"), null, "ann", null);
    ask(caller(OPERATIONS, "operator"), null, "ben", null);
    assertEquals(List.of("acme/ann", "null/ben"), endedOffline);
    assertTrue(String.valueOf(audited.get(0).context()).contains("\"devices\":3"));
  }

  @Test
  void onlyConnectionsMoveOrEndWithoutANamedUser() {
    ask(caller(ACME, "admin"), "acme", null, "a-token");
    use(OPERATIONS)
        .disconnect(
            caller(ACME, "admin"),
            new DisconnectRequest(null, "ann", null, "draining"),
            "192.0.2.7");
    assertEquals(2, published.size());
    assertEquals(List.of(), endedOffline);
  }

  @Test
  void connectionsEndAlthoughTheDatabaseOfPushIsAway() {
    databaseAway = true;
    assertInstanceOf(
        DisconnectOutcome.Unavailable.class, ask(caller(ACME, "admin"), null, "ann", null));
    assertEquals(1, published.size());
    assertEquals(1, audited.size());
  }

  @Test
  void reportsAFailedPublish() {
    away = true;
    assertInstanceOf(
        DisconnectOutcome.Unavailable.class, ask(caller(ACME, "admin"), null, "ann", null));
    assertTrue(audited.isEmpty());
  }
}
