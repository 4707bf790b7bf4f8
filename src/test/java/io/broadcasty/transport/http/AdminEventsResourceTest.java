package io.broadcasty.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdminEventsResourceTest {

  private final ManualTime time = new ManualTime();
  private final Caller caller =
      new Caller(
          new TenantId("acme"),
          "ada",
          Set.of("admin"),
          time.now(),
          time.now().plusSeconds(60),
          Map.of(),
          "token");

  private @Nullable Code invalid(Authenticator authenticator) {
    Problem problem = AdminEventsResource.invalid(authenticator, caller, time);
    return problem == null ? null : problem.code();
  }

  @Test
  void aTokenIsValidUntilItExpiresOrIsRefused() {
    Authenticator valid = token -> new Authenticator.Authenticated(caller);
    assertNull(invalid(valid));
    assertEquals(Code.UNAUTHORIZED, invalid(token -> new Authenticator.Revoked("revoked")));
    assertEquals(
        Code.TENANT_REFUSED, invalid(token -> new Authenticator.TenantRefused("suspended")));
    assertNull(
        invalid(
            token -> {
              throw new AuthenticationUnavailableException("no keys now");
            }));
    time.advance(Duration.ofSeconds(60));
    assertEquals(Code.TOKEN_EXPIRED, invalid(valid));
  }
}
