package io.broadcasty.transport.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.LocalNonceStore;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayGuardTest {

  private static final String NONCE = "3f2a9c71";
  private static final Caller ANN =
      new Caller(
          new TenantId("acme"), "ann", Set.of(), Instant.EPOCH, Instant.MAX, Map.of(), "token");

  private final ManualTime time = new ManualTime();
  private final NonceStore nonces =
      new LocalNonceStore(Duration.ofMinutes(2), MemoryBudget.unlimited(MemoryArea.IDS), time);
  private final ReplayGuard guard = guard(nonces, false);

  private static ReplayGuard guard(NonceStore nonces, boolean required) {
    return new ReplayGuard(nonces, required, Duration.ofSeconds(60));
  }

  private String now() {
    return Long.toString(time.nowMillis() / 1000);
  }

  private @Nullable Code code(ReplayGuard by, @Nullable String nonce, @Nullable String timestamp) {
    Problem problem = by.check(ANN, nonce, timestamp, time.nowMillis());
    return problem == null ? null : problem.code();
  }

  @Test
  void acceptsARequestOnce() {
    String sent = now();
    assertNull(code(guard, NONCE, sent));
    assertEquals(Code.REPLAYED, code(guard, NONCE, sent));
    assertNull(code(guard, NONCE + "1", sent));
  }

  @Test
  void acceptsARequestWithoutANonceUnlessRequired() {
    assertNull(code(guard, null, null));
    ReplayGuard strict = guard(nonces, true);
    assertEquals(Code.INVALID_REQUEST, code(strict, null, null));
    assertEquals(Code.INVALID_REQUEST, code(guard, NONCE, null));
    assertEquals(Code.INVALID_REQUEST, code(guard, null, now()));
    assertNull(code(strict, NONCE, now()));
  }

  @Test
  void itsTimeIsWithinTheWindowOnEitherSide() {
    String sent = now();
    time.advance(Duration.ofSeconds(60));
    assertNull(code(guard, NONCE, sent));
    time.advance(Duration.ofSeconds(1));
    assertEquals(Code.REPLAYED, code(guard, NONCE + "1", sent));
    String ahead = Long.toString(time.nowMillis() / 1000 + 62);
    assertEquals(Code.REPLAYED, code(guard, NONCE + "2", ahead));
  }

  @Test
  void aNonceIsRememberedForAsLongAsItsTimeIsWithinTheWindow() {
    String ahead = Long.toString(time.nowMillis() / 1000 + 60);
    assertNull(code(guard, NONCE, ahead));
    time.advance(Duration.ofSeconds(119));
    assertEquals(Code.REPLAYED, code(guard, NONCE, ahead));
  }

  @ParameterizedTest
  @CsvSource({
    "short, 1790000000",
    "'with a blank', 1790000000",
    "übermäßig, 1790000000",
    "3f2a9c71, now",
    "3f2a9c71, 1.5",
    "3f2a9c71, 99999999999999999999",
    "3f2a9c71, 9223372036854775807"
  })
  void namesTheInvalidHeader(String nonce, String timestamp) {
    assertEquals(Code.INVALID_REQUEST, code(guard, nonce, timestamp));
  }

  @Test
  void refusesWhenNoncesCannotBeChecked() {
    ReplayGuard blind =
        guard(
            (tenant, subject, nonce) -> {
              throw new AuthenticationUnavailableException("away", new RuntimeException());
            },
            false);
    assertEquals(Code.UNAVAILABLE, code(blind, NONCE, now()));
    assertNotNull(blind.check(ANN, NONCE + "1", now(), time.nowMillis()));
  }
}
