package io.broadcasty.transport.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.admin.audit.AuditOutcome;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.RecordingListener;
import io.broadcasty.core.ratelimit.RateKey;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.transport.FakeServlets;
import io.broadcasty.transport.edge.TestCaller;
import io.broadcasty.wire.Code;
import jakarta.interceptor.InvocationContext;
import jakarta.ws.rs.PathParam;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminInterceptorsTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final Administration ADMINISTRATION =
      new Administration("operator", new TenantId("operations"));

  private final ManualTime time = new ManualTime();
  private final RecordingListener recorder = new RecordingListener();
  private final List<AuditEvent> audited = new ArrayList<>();
  private final AuditNote note = new AuditNote();
  private boolean granted = true;
  private boolean failing;
  private int calls;

  /** A resource as those of administration. */
  @Permitted(AdminRole.OPERATOR)
  @RateLimited
  static class Resource {

    @Audited("thing.change")
    public void change() {}

    @Permitted(AdminRole.ADMINISTRATOR)
    @Audited(value = "thing.list", kind = Audited.Kind.READ)
    public void list() {}

    @Audited(value = "thing.disclose", kind = Audited.Kind.DISCLOSURE)
    public void disclose() {}

    @Permitted(AdminRole.ADMINISTRATOR_OF_TENANT)
    @Audited(value = "thing.disconnect", kind = Audited.Kind.BY_USE_CASE)
    public void ofTenant(String other, @PathParam("tenant") String tenant) {}
  }

  private static Caller caller(String tenant, String... roles) {
    return new Caller(
            new TenantId(tenant),
            "boss",
            Set.of(roles),
            Instant.EPOCH,
            Instant.MAX,
            Map.of(),
            "a.secret.token")
        .from("192.0.2.7");
  }

  private static Method method(String name) {
    for (Method each : Resource.class.getDeclaredMethods()) {
      if (each.getName().equals(name)) {
        return each;
      }
    }
    throw new IllegalArgumentException(name);
  }

  private InvocationContext call(String name, Object... parameters) {
    return FakeServlets.fake(
        InvocationContext.class,
        (called, arguments) ->
            switch (called) {
              case "getMethod" -> method(name);
              case "getParameters" -> parameters;
              case "proceed" -> {
                calls++;
                if (failing) {
                  throw new IllegalStateException("broken");
                }
                yield null;
              }
              default -> null;
            });
  }

  private <T> T with(T interceptor, Caller caller) throws ReflectiveOperationException {
    RateLimiter limits =
        new RateLimiter() {
          @Override
          public Verdict tryAcquire(RateKey key, long permits) {
            return new Verdict(granted, key.scope(), 10, 0, Duration.ofSeconds(1));
          }

          @Override
          public boolean isEnabled() {
            return true;
          }
        };
    Map<String, Object> beans =
        Map.of(
            "current",
            TestCaller.current(caller),
            "limits",
            limits,
            "administration",
            ADMINISTRATION,
            "listener",
            recorder,
            "log",
            (AuditLog) audited::add,
            "clock",
            time,
            "note",
            note);
    for (Field field : interceptor.getClass().getDeclaredFields()) {
      if (beans.containsKey(field.getName())) {
        field.setAccessible(true);
        field.set(interceptor, beans.get(field.getName()));
      }
    }
    return interceptor;
  }

  @ParameterizedTest
  @CsvSource({
    "change, operations, operator, true",
    "change, operations, admin, false",
    "change, acme, operator, false",
    "change, acme, admin, false",
    "list, acme, admin, true",
    "list, operations, operator, true",
    "list, acme, publisher, false",
    "ofTenant, acme, admin, true",
    "ofTenant, beta, admin, false",
    "ofTenant, acme, member, false",
    "ofTenant, operations, operator, true",
  })
  void permitsByRole(String method, String tenant, String role, boolean allowed) throws Exception {
    PermittedInterceptor interceptor = with(new PermittedInterceptor(), caller(tenant, role));
    if (allowed) {
      assertNull(interceptor.check(call(method, tenant, "acme")));
      assertEquals(List.of(), recorder.take());
    } else {
      RefusedException refused =
          assertThrows(
              RefusedException.class, () -> interceptor.check(call(method, tenant, "acme")));
      assertEquals(Code.FORBIDDEN, refused.problem().code());
      assertEquals(
          List.of(new Denied(new TenantId(tenant), "boss", Operation.ADMIN, null, "192.0.2.7")),
          recorder.take());
    }
    assertEquals(allowed ? 1 : 0, calls);
  }

  @Test
  void refusesBeyondTheRate() throws Exception {
    RateLimitedInterceptor interceptor = with(new RateLimitedInterceptor(), caller("acme"));
    interceptor.limit(call("change"));
    granted = false;
    RefusedException refused =
        assertThrows(RefusedException.class, () -> interceptor.limit(call("change")));
    assertEquals(Code.RATE_LIMITED, refused.problem().code());
    assertNotNull(refused.problem().retryAfter());
    assertEquals(1, calls);
  }

  @Test
  void auditsAChangeWithItsCallerAndOutcome() throws Exception {
    note.setTenant(ACME);
    note.setTarget("thing:1");
    note.setContext("{\"state\":\"suspended\"}");
    with(new AuditedInterceptor(), caller("operations")).audit(call("change"));
    assertEquals(
        List.of(
            new AuditEvent(
                ACME,
                "thing.change",
                AuditOutcome.DONE,
                new TenantId("operations"),
                "boss",
                "192.0.2.7",
                "thing:1",
                "{\"status\":200,\"change\":{\"state\":\"suspended\"}}",
                time.nowMillis())),
        audited);
  }

  @Test
  void auditsADisclosure() throws Exception {
    with(new AuditedInterceptor(), caller("operations")).audit(call("disclose"));
    assertEquals("thing.disclose", audited.get(0).action());
    assertEquals(AuditOutcome.DONE, audited.get(0).outcome());
  }

  @Test
  void auditsAChangeThatFails() throws Exception {
    failing = true;
    AuditedInterceptor interceptor = with(new AuditedInterceptor(), caller("operations"));
    assertThrows(IllegalStateException.class, () -> interceptor.audit(call("change")));
    assertEquals(AuditOutcome.FAILED, audited.get(0).outcome());
    assertEquals("{\"status\":500}", audited.get(0).context());
  }

  @Test
  void readingAndWhatTheUseCaseAuditsLeaveNoSecondEntry() throws Exception {
    AuditedInterceptor interceptor = with(new AuditedInterceptor(), caller("acme"));
    interceptor.audit(call("list"));
    interceptor.audit(call("ofTenant", "a", "acme"));
    assertEquals(2, calls);
    assertEquals(List.of(), audited);
  }
}
