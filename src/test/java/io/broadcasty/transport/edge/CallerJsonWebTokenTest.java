package io.broadcasty.transport.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.jwt.Claims;
import org.junit.jupiter.api.Test;

@SuppressWarnings("JavaUtilDate") // how the token library gives times
class CallerJsonWebTokenTest {

  private final Caller caller =
      new Caller(
          new TenantId("acme"),
          "ann",
          Set.of("member"),
          Instant.ofEpochSecond(1_790_000_000),
          Instant.ofEpochSecond(1_790_003_630),
          Map.of(
              "sub",
              "ann",
              "tid",
              "acme",
              "iss",
              "https://id.example",
              "iat",
              new Date(1_790_000_000_000L),
              "exp",
              new Date(1_790_003_600_000L),
              "aud",
              List.of("broadcasty", "realtime"),
              "level",
              3L),
          "a.b.c");

  private final CallerJsonWebToken token = new CallerJsonWebToken(caller);

  @Test
  void datesAreSeconds() {
    Long issued = token.getClaim("iat");
    assertEquals(1_790_000_000L, issued);
    assertEquals(1_790_000_000L, token.getIssuedAtTime());
    assertEquals(1_790_003_600L, token.getExpirationTime(), "what the token says, without skew");
  }

  @Test
  void theAudienceIsASet() {
    Set<String> audience = token.getClaim(Claims.aud);
    assertEquals(Set.of("broadcasty", "realtime"), audience);
    assertEquals(audience, token.getAudience());
  }

  @Test
  void rolesAreTheGroups() {
    assertEquals(Set.of("member"), token.getGroups());
    Set<String> groups = token.getClaim(Claims.groups);
    assertEquals(Set.of("member"), groups);
  }

  @Test
  void theRestIsAsItIs() {
    assertEquals("ann", token.getName());
    assertEquals("ann", token.getSubject());
    assertEquals("https://id.example", token.getIssuer());
    assertEquals("a.b.c", token.getRawToken());
    String raw = token.getClaim(Claims.raw_token);
    assertEquals("a.b.c", raw);
    Long level = token.getClaim("level");
    assertEquals(3L, level);
    String none = token.getClaim("nosuch");
    assertNull(none);
    assertTrue(token.containsClaim("tid"));
    assertFalse(token.containsClaim("nosuch"));
    assertTrue(token.getClaimNames().containsAll(Set.of("sub", "tid", "groups", "raw_token")));
  }

  @Test
  void namesTheCallerButNotTheToken() {
    assertEquals("acme/ann", token.toString());
    assertSame(caller, CallerRequest.caller(token));
    assertNull(CallerRequest.caller(() -> "someone else"));
    assertNull(CallerRequest.caller(null));
  }
}
