package io.broadcasty.core.rbac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What policies say of channels besides who may do what. */
class ChannelSettingsTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final Retention HOUR = new Retention(Duration.ofHours(1), 1000, 4096);
  private static final PolicyRule EVERYBODY =
      new PolicyRule(Set.of(ChannelOperation.values()), Set.of(), Set.of(), Map.of(), false);
  private static final ChannelSettings COMPACTED =
      new ChannelSettings(RetentionLimits.NONE, true, 4, true, false, false);
  private static final ChannelSettings EMPTY_ROOM =
      new ChannelSettings(new RetentionLimits(60L, null, null), false, null, false, true, false);

  private static final TenantPolicies POLICIES =
      new TenantPolicies(
          List.of(
              policy("prices.*", COMPACTED),
              policy("prices.old.*", ChannelSettings.NONE),
              policy("presence-*", EMPTY_ROOM)));

  private final Policy policy =
      new Policy(new DefaultPolicyResolver())
          .withStored(
              tenant -> tenant.equals("acme") ? POLICIES : TenantPolicies.NONE,
              channel -> POLICIES.settings(channel.name().value()));

  private static ChannelPolicy policy(String channels, ChannelSettings settings) {
    return new ChannelPolicy(
        "of " + channels, PolicyPattern.parse(channels), List.of(EVERYBODY), settings);
  }

  private static Caller ann(TenantId tenant) {
    return new Caller(
        tenant, "ann", Set.of("member"), Instant.EPOCH, Instant.MAX, Map.of(), "token");
  }

  private static AccessRequest request(ChannelOperation operation) {
    return new AccessRequest("acme", "presence-a", "ann", Set.of("member"), operation, Map.of());
  }

  @Test
  void theMostSpecificPolicyHasTheSettings() {
    assertEquals(COMPACTED, POLICIES.settings("prices.eu"));
    assertEquals(ChannelSettings.NONE, POLICIES.settings("prices.old.eu"));
    assertEquals(ChannelSettings.NONE, POLICIES.settings("orders"));
    assertTrue(POLICIES.hasSettings());
    assertFalse(TenantPolicies.NONE.hasSettings());
    assertEquals(
        EMPTY_ROOM, policy.settings(new TenantChannel(ACME, new ChannelName("presence-a"))));
  }

  @Test
  void aPolicySetsTheNumberOfPartitions() {
    assertEquals(4, policy.partitions(ann(ACME), new ChannelName("prices.eu")));
    assertEquals(1, policy.partitions(ann(ACME), new ChannelName("prices.old.eu")));
    assertEquals(1, policy.partitions(ann(new TenantId("beta")), new ChannelName("prices.eu")));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ChannelSettings(RetentionLimits.NONE, false, 65, true, false, false));
  }

  @Test
  void presenceThatIsOffIsRefusedWhateverTheRulesSay() {
    ChannelName room = new ChannelName("presence-a");
    assertFalse(policy.allows(ann(ACME), room, ChannelOperation.JOIN));
    assertFalse(policy.allows(ann(ACME), room, ChannelOperation.MEMBERS));
    assertTrue(policy.allows(ann(ACME), room, ChannelOperation.SUBSCRIBE));
    AccessExplanation explained = policy.explain(request(ChannelOperation.JOIN), null);
    assertFalse(explained.allowed());
    assertEquals(
        "policy of presence-* turns presence off",
        explained.steps().get(explained.steps().size() - 1).detail());
    assertTrue(policy.explain(request(ChannelOperation.SUBSCRIBE), null).allowed());
  }

  @Test
  void aRetentionIsNeverBeyondThatOfTheTenant() {
    assertSame(HOUR, RetentionLimits.NONE.within(HOUR));
    RetentionLimits longer = new RetentionLimits(7200L, 2000L, 8192L);
    assertEquals(HOUR, longer.within(HOUR));
    RetentionLimits shorter = new RetentionLimits(60L, 5L, 1024L);
    Retention limited = shorter.within(HOUR);
    assertEquals(new Retention(Duration.ofMinutes(1), 5, 1024), limited);
    assertSame(limited, shorter.within(HOUR), "it is not made for each publication");
    Retention other = new Retention(Duration.ofSeconds(30), 1000, 4096);
    assertEquals(new Retention(Duration.ofSeconds(30), 5, 1024), shorter.within(other));
  }
}
