package io.broadcasty.core.rbac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.UserChannel;
import io.broadcasty.core.tenant.TenantId;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTest {

  private static final ChannelName ORDERS = new ChannelName("orders");

  private final Caller caller =
      new Caller(
          new TenantId("acme"),
          "ann",
          Set.of("member"),
          Instant.EPOCH,
          Instant.MAX,
          Map.of(),
          "secret-token");
  private final LogCapture log = new LogCapture(Policy.class);

  /** A resolver that records its calls. */
  private static final class RecordingResolver implements PolicyResolver {
    private final List<String> questions = new ArrayList<>();
    private boolean answer = true;
    private int partitions = 1;

    @Override
    public boolean authorize(
        String tenant, String channel, String userId, Set<String> roles, Action action) {
      questions.add(tenant + " " + channel + " " + userId + " " + roles + " " + action);
      return answer;
    }

    @Override
    public int partitions(String tenant, String channel) {
      questions.add(tenant + " " + channel);
      return partitions;
    }
  }

  /**
   * A user's own channel is read by that user and written by back ends, whatever a resolver says.
   */
  @Test
  void aUsersOwnChannelIsReadByTheUserAndWrittenByBackEnds() {
    Policy policy = new Policy(new DefaultPolicyResolver());
    for (String role : List.of("member", "participant", "publisher", "admin")) {
      boolean backEnd = role.equals("publisher") || role.equals("admin");
      Caller ann =
          new Caller(
              new TenantId("acme"),
              "ann",
              Set.of(role),
              Instant.EPOCH,
              Instant.MAX,
              Map.of(),
              "secret-token");
      assertEquals(!backEnd, policy.allows(ann, UserChannel.of("ann"), Action.SUBSCRIBE), role);
      assertEquals(
          !backEnd, policy.allows(ann, UserChannel.of("ann"), ChannelOperation.REPLAY), role);
      assertFalse(policy.allows(ann, UserChannel.of("bob"), Action.SUBSCRIBE), role);
      assertFalse(policy.allows(ann, UserChannel.of("bob"), ChannelOperation.REPLAY), role);
      assertEquals(backEnd, policy.allows(ann, UserChannel.of("bob"), Action.PUBLISH), role);
      assertEquals(backEnd, policy.allows(ann, UserChannel.of("bob"), ChannelOperation.PUSH), role);
    }
  }

  private static final class Broken implements PolicyResolver {
    @Override
    public boolean authorize(
        String tenant, String channel, String userId, Set<String> roles, Action action) {
      throw new IllegalStateException("the directory is down");
    }

    @Override
    public int partitions(String tenant, String channel) {
      throw new IllegalStateException("the directory is down");
    }
  }

  @AfterEach
  void stopCapturing() {
    log.close();
  }

  @Test
  void passesChannelAndPatternWithTheClaimsOfTheToken() {
    RecordingResolver resolver = new RecordingResolver();
    Policy policy = new Policy(resolver);
    assertTrue(policy.allows(caller, ORDERS, Action.PUBLISH));
    assertTrue(policy.allows(caller, ChannelPattern.parse("orders.*"), Action.SUBSCRIBE));
    resolver.answer = false;
    assertFalse(policy.allows(caller, ORDERS, Action.PRESENCE));
    assertEquals(
        List.of(
            "acme orders ann [member] PUBLISH",
            "acme orders.* ann [member] SUBSCRIBE",
            "acme orders ann [member] PRESENCE"),
        resolver.questions);
    assertEquals("", log.text());
  }

  @Test
  void givesTheClaimsOfTheTokenAndKeepsThemOutOfLogs() {
    List<AccessRequest> requests = new ArrayList<>();
    Policy policy =
        new Policy(
            new PolicyResolver() {
              @Override
              public boolean authorize(
                  String tenant, String channel, String userId, Set<String> roles, Action action) {
                throw new AssertionError("the request with the claims is asked");
              }

              @Override
              public boolean authorize(AccessRequest request) {
                requests.add(request);
                return List.of("a", "b").equals(request.claims().get("teams"));
              }
            });
    Caller claiming =
        new Caller(
            new TenantId("acme"),
            "ann",
            Set.of("member"),
            Instant.EPOCH,
            Instant.MAX,
            Map.of("teams", List.of("a", "b"), "email", "ann@example.com"),
            "secret-token");
    assertTrue(policy.allows(claiming, ORDERS, Action.PUBLISH));
    assertTrue(policy.allows(claiming, ChannelPattern.parse("orders.*"), Action.SUBSCRIBE));
    assertTrue(policy.mayActForOthers(claiming, ORDERS));
    assertFalse(policy.allows(caller, ORDERS, Action.SUBSCRIBE));
    assertFalse(
        policy.allows(new TenantId("acme"), "ann", Set.of("member"), ORDERS, Action.SUBSCRIBE));
    assertEquals(
        new AccessRequest(
            "acme", "orders", "ann", Set.of("member"), Action.PUBLISH, claiming.claims()),
        requests.get(0));
    assertEquals(Map.of(), requests.get(4).claims(), "after the token has ended");
    assertFalse(requests.toString().contains("example.com"));
  }

  @Test
  void whoeverMayPublishActsForOthersUnlessTheResolverSaysOtherwise() {
    RecordingResolver resolver = new RecordingResolver();
    assertTrue(new Policy(resolver).mayActForOthers(caller, ORDERS));
    assertEquals(List.of("acme orders ann [member] PUBLISH"), resolver.questions);
    assertFalse(new Policy(new Broken()).mayActForOthers(caller, ORDERS));
  }

  @Test
  void aThrowingResolverDenies() {
    Policy policy = new Policy(new Broken());
    for (Action action : Action.values()) {
      assertFalse(policy.allows(caller, ORDERS, action));
      assertFalse(policy.allows(caller, ChannelPattern.parse("*"), action));
    }
    assertEquals(1, log.levels().size(), "once, however often it fails alike");
    assertEquals(List.of(Level.ERROR), log.levels());
    assertEquals("the directory is down", log.thrown().get(0).getMessage());
    assertFalse(log.text().contains("secret-token"));
  }

  @Test
  void aResolverThatThrowsAnErrorDenies() {
    Policy policy =
        new Policy(
            (tenant, channel, user, roles, action) -> {
              throw new NoClassDefFoundError("left out of the jar");
            });
    assertFalse(policy.allows(caller, ORDERS, Action.SUBSCRIBE));
    assertEquals(1, log.levels().size());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "8, 8",
    "1024, 1024",
    "1025, 1024",
    "2147483647, 1024",
    "0, 1",
    "-1, 1",
    "-2147483648, 1"
  })
  void keepsPartitionsWithinBounds(int resolved, int used) {
    RecordingResolver resolver = new RecordingResolver();
    resolver.partitions = resolved;
    assertEquals(used, new Policy(resolver).partitions(caller, ORDERS));
    assertEquals(List.of("acme orders"), resolver.questions);
  }

  @Test
  void stampsTheSenderByConfigurationOrByTheResolver() {
    PolicyResolver stamping =
        new PolicyResolver() {
          @Override
          public boolean authorize(
              String tenant, String channel, String userId, Set<String> roles, Action action) {
            return true;
          }

          @Override
          public boolean stampsSender(String tenant, String channel) {
            if (channel.equals("broken")) {
              throw new IllegalStateException("the directory is down");
            }
            return tenant.equals("acme") && channel.equals("orders");
          }
        };
    Policy policy = new Policy(stamping);
    assertTrue(policy.stampsSender(caller, ORDERS));
    assertFalse(policy.stampsSender(caller, new ChannelName("other")));
    assertFalse(policy.stampsSender(caller, new ChannelName("broken")));
    assertEquals(1, log.levels().size());
    assertFalse(new Policy(new Broken()).stampsSender(caller, ORDERS), "off by default");
    assertTrue(new Policy(new Broken(), true).stampsSender(caller, ORDERS));
  }

  @Test
  void aResolverThatThrowsMeansOnePartition() {
    assertEquals(1, new Policy(new Broken()).partitions(caller, ORDERS));
    assertEquals(1, log.levels().size());
  }

  /** A key never may do more than its scopes say, nor more than the resolver allows. */
  @Test
  void aCallerWithAKeyNeedsBothTheKeyAndTheResolver() {
    RecordingResolver resolver = new RecordingResolver();
    Policy policy =
        new Policy(resolver)
            .withKeys(
                (key, channel, action) ->
                    key.equals("k1") && channel.equals("orders") && action == Action.PUBLISH);
    assertTrue(policy.allows(withKey("k1"), ORDERS, Action.PUBLISH));
    assertTrue(policy.mayActForOthers(withKey("k1"), ORDERS));
    assertFalse(policy.allows(withKey("k1"), ORDERS, Action.SUBSCRIBE));
    assertFalse(policy.allows(withKey("k1"), ChannelPattern.parse("orders*"), Action.PUBLISH));
    assertFalse(policy.allows(withKey("k2"), ORDERS, Action.PUBLISH));
    assertFalse(policy.mayActForOthers(withKey("k2"), ORDERS));
    assertFalse(new Policy(resolver).allows(withKey("k1"), ORDERS, Action.PUBLISH));
    assertTrue(policy.allows(caller, ORDERS, Action.SUBSCRIBE));
    assertTrue(allowsLater(policy, "key:k1", Action.PUBLISH));
    assertFalse(allowsLater(policy, "key:k1", Action.SUBSCRIBE));
    assertFalse(allowsLater(policy, "key:k2", Action.PUBLISH));
    assertTrue(allowsLater(policy, "ann", Action.SUBSCRIBE));
    resolver.answer = false;
    assertFalse(policy.allows(withKey("k1"), ORDERS, Action.PUBLISH));
  }

  private boolean allowsLater(Policy policy, String subject, Action action) {
    return policy.allows(caller.tenant(), subject, Set.of(), ORDERS, action);
  }

  private Caller withKey(String keyId) {
    return new Caller(
        caller.tenant(),
        caller.subject(),
        caller.roles(),
        caller.issuedAt(),
        caller.expiresAt(),
        caller.claims(),
        caller.token(),
        caller.tokenId(),
        keyId,
        null);
  }
}
