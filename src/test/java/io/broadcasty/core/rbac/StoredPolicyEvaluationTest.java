package io.broadcasty.core.rbac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests how stored policies are combined with each other, the built-in rules and API keys. */
class StoredPolicyEvaluationTest {

  private static final ChannelPolicy NEWS =
      policy(
          "news.*",
          rule("subscribe replay").build(),
          rule("publish push").roles("editor").users("ann", "cid").build());
  private static final ChannelPolicy NEWS_INTERNAL =
      policy("news.internal", rule("subscribe").roles("staff").build());
  private static final ChannelPolicy INBOX =
      policy(
          "private-user:{sub}",
          rule("subscribe").build(),
          rule("publish").roles("publisher").all().build());
  private static final ChannelPolicy ORG =
      policy(
          "presence-{/org/id}.*",
          rule("subscribe join").build(),
          rule("members").claim("/org/plan", "pro").build());
  private static final ChannelPolicy CLOSED = policy("private-closed.*");
  private static final TenantPolicies ALL =
      new TenantPolicies(List.of(INBOX, NEWS, ORG, CLOSED, NEWS_INTERNAL));

  private final PolicyResolver resolver =
      new DefaultPolicyResolver(tenant -> tenant.equals("acme") ? ALL : TenantPolicies.NONE);

  /** Makes rules of few words. */
  private static final class RuleBuilder {
    private final Set<ChannelOperation> allow;
    private Set<String> roles = Set.of();
    private Set<String> users = Set.of();
    private Map<ClaimPath, String> claims = Map.of();
    private boolean own = true;

    RuleBuilder(String operations) {
      allow =
          Arrays.stream(operations.split(" ", -1))
              .map(ChannelOperation::fromWireName)
              .collect(Collectors.toSet());
    }

    RuleBuilder roles(String... names) {
      roles = Set.of(names);
      return this;
    }

    RuleBuilder users(String... names) {
      users = Set.of(names);
      return this;
    }

    RuleBuilder claim(String path, String value) {
      claims = Map.of(new ClaimPath(path), value);
      return this;
    }

    RuleBuilder all() {
      own = false;
      return this;
    }

    PolicyRule build() {
      return new PolicyRule(allow, roles, users, claims, own);
    }
  }

  private static RuleBuilder rule(String operations) {
    return new RuleBuilder(operations);
  }

  private static ChannelPolicy policy(String channels, PolicyRule... rules) {
    return new ChannelPolicy("of " + channels, PolicyPattern.parse(channels), List.of(rules));
  }

  private static AccessRequest request(
      String tenant, String channel, String subject, String roles, ChannelOperation operation) {
    Set<String> set =
        Arrays.stream(roles.split(" ", -1)).filter(r -> !r.isEmpty()).collect(Collectors.toSet());
    Object org = Map.of("id", subject.equals("eve") ? "*" : "red", "plan", List.of("pro", "x"));
    Map<String, Object> claims =
        subject.equals("bob") ? Map.of("org", Map.of("id", "blue")) : Map.of("org", org);
    return new AccessRequest(tenant, channel, subject, set, operation, claims);
  }

  /** A letter means allowed, in the order subscribe, replay, publish, join, members, push. */
  @ParameterizedTest(name = "{0} by {1} as {2}: {3}")
  @CsvSource({
    // the rules of one policy; all criteria of a rule count
    "news.eu,             ann, '',               sr----",
    "news.eu,             ann, editor,           srp--u",
    "news.eu,             bob, editor,           sr----",
    "news.eu,             ann, admin,            sr----",
    // the most specific policy decides alone
    "news.internal,       ann, editor,           ------",
    "news.internal,       bob, staff,            s-----",
    // patterns to subscribe to
    "news.*,              ann, '',               s-----",
    "news.eu.*,           ann, '',               s-----",
    "*,                   ann, '',               s-----",
    // own channels
    "private-user:ann,    ann, '',               s-----",
    "private-user:bob,    ann, member,           ------",
    "private-user:bob,    ann, participant,      ------",
    "private-user:bob,    ann, publisher,        --p---",
    "private-user:*,      *,   '',               ------",
    "private-user:*,      ann, '',               s-----",
    "private-user:a*,     ann, '',               s-----",
    "private-user:b*,     ann, '',               ------",
    "private-user:ann.x,  ann, '',               ------",
    // claims by path, of which one is a wildcard
    "presence-red.a,      ann, '',               s--jm-",
    "presence-red.a,      bob, member,           ------",
    "presence-blue.a,     bob, '',               s--j--",
    "presence-red.a,      eve, member,           ------",
    "presence-red.*,      ann, '',               s-----",
    "presence-red.*,      bob, member,           ------",
    "presence-red.*,      eve, member,           ------",
    // a policy without rules denies
    "private-closed.a,    ann, member admin,     ------",
    "private-closed.*,    ann, member admin,     ------",
    // what no policy covers is decided by the built-in rules
    "orders,              ann, '',               sr-jm-",
    "private-orders,      ann, '',               ------",
    "private-orders,      ann, member,           sr-jm-",
    "private-orders,      ann, publisher,        --p--u",
  })
  void decides(String channel, String subject, String roles, String expected) {
    String letters = "srpjmu";
    StringBuilder actual = new StringBuilder();
    for (ChannelOperation operation : ChannelOperation.values()) {
      boolean asked = operation == ChannelOperation.SUBSCRIBE || !channel.endsWith("*");
      actual.append(
          asked && resolver.authorize(request("acme", channel, subject, roles, operation))
              ? letters.charAt(operation.ordinal())
              : '-');
    }
    assertEquals(expected, actual.toString());
  }

  @Test
  void theOrderOfPoliciesDoesNotMatter() {
    TenantPolicies reversed = new TenantPolicies(List.of(NEWS_INTERNAL, CLOSED, ORG, NEWS, INBOX));
    for (String channel : List.of("news.internal", "news.a", "private-user:a", "presence-a.b")) {
      assertEquals(ALL.governing(channel), reversed.governing(channel));
    }
  }

  @Test
  void aPolicyIsForItsTenantOnly() {
    assertFalse(
        resolver.authorize(
            request("acme", "private-closed.a", "ann", "member", ChannelOperation.SUBSCRIBE)));
    assertTrue(
        resolver.authorize(
            request("other", "private-closed.a", "ann", "member", ChannelOperation.SUBSCRIBE)));
  }

  /** Without the token, as for notifications later, there are no claims. */
  @Test
  void whatNeedsClaimsIsDeniedWithoutThem() {
    Policy policy =
        new Policy(new DefaultPolicyResolver())
            .withStored(tenant -> ALL, ChannelSettingsLookup.NONE);
    TenantId acme = new TenantId("acme");
    ChannelName red = new ChannelName("presence-red.a");
    ChannelName inbox = new ChannelName("private-user:ann");
    assertFalse(policy.allows(acme, "ann", Set.of("member"), red, Action.SUBSCRIBE));
    assertTrue(policy.allows(acme, "ann", Set.of(), inbox, Action.SUBSCRIBE));
    assertFalse(policy.allows(acme, "bob", Set.of("member"), inbox, Action.SUBSCRIBE));
  }

  /** Whoever may publish is no back end by that: it acts for itself only. */
  @Test
  void aPolicyMakesNobodyABackEnd() {
    PolicyResolver open =
        new DefaultPolicyResolver(
            tenant ->
                new TenantPolicies(List.of(policy("presence-*", rule("join publish").build()))));
    assertFalse(
        open.mayActForOthers(request("acme", "presence-a", "ann", "", ChannelOperation.PUBLISH)));
    assertTrue(
        open.mayActForOthers(
            request("acme", "presence-a", "ann", "publisher", ChannelOperation.PUBLISH)));
    assertFalse(
        resolver.mayActForOthers(
            request("acme", "presence-red.a", "ann", "publisher", ChannelOperation.PUBLISH)));
  }

  @Test
  void policiesThatCannotBeReadDenyEverything() {
    Policy policy =
        new Policy(new DefaultPolicyResolver())
            .withStored(
                tenant -> {
                  throw new IllegalStateException("unread");
                },
                ChannelSettingsLookup.NONE);
    TenantId acme = new TenantId("acme");
    assertFalse(
        policy.allows(acme, "ann", Set.of("admin"), new ChannelName("a"), Action.SUBSCRIBE));
    AccessExplanation explained =
        policy.explain(request("acme", "a", "ann", "admin", ChannelOperation.SUBSCRIBE), null);
    assertFalse(explained.allowed());
    assertEquals("resolver", explained.steps().get(0).check());
  }

  @Test
  void aKeyNeedsItsScopeAndThePolicy() {
    KeyPermissions scopes =
        (keyId, channel, action) -> keyId.equals("1") && action == Action.PUBLISH;
    Policy policy =
        new Policy(new DefaultPolicyResolver())
            .withKeys(scopes)
            .withStored(tenant -> ALL, ChannelSettingsLookup.NONE);
    AccessRequest inScope =
        request("acme", "private-user:bob", "key:1", "publisher", ChannelOperation.PUBLISH);
    assertTrue(policy.explain(inScope, null).allowed());
    AccessRequest denied =
        request("acme", "news.eu", "key:1", "publisher", ChannelOperation.PUBLISH);
    assertEquals(
        List.of("key true", "policy false", "rule false", "rule false"),
        steps(policy.explain(denied, null)));
    AccessRequest outOfScope =
        request("acme", "news.eu", "key:1", "member", ChannelOperation.SUBSCRIBE);
    assertEquals(
        List.of("key false", "policy true", "rule true", "rule false"),
        steps(policy.explain(outOfScope, null)));
    assertFalse(policy.explain(outOfScope, null).allowed());
  }

  private static List<String> steps(AccessExplanation explanation) {
    return explanation.steps().stream().map(step -> step.check() + " " + step.passed()).toList();
  }

  @Test
  void anExplanationFollowsTheDecision() {
    Policy policy =
        new Policy(new DefaultPolicyResolver())
            .withStored(tenant -> ALL, ChannelSettingsLookup.NONE);
    AccessRequest others =
        request("acme", "private-user:bob", "ann", "member", ChannelOperation.SUBSCRIBE);
    AccessExplanation denied = policy.explain(others, null);
    assertFalse(denied.allowed());
    assertEquals(List.of("policy false", "rule false", "rule false"), steps(denied));
    assertTrue(denied.steps().get(1).detail().contains("own values"), denied.toString());
    ChannelPolicy draft =
        new ChannelPolicy(
            "draft",
            PolicyPattern.parse("private-user:{id}"),
            List.of(rule("subscribe").roles("member").all().build()));
    assertTrue(policy.explain(others, draft).allowed());
    assertFalse(policy.explain(others, null).allowed(), "a draft is not stored");
    AccessRequest pattern =
        request("acme", "private-user:*", "ann", "", ChannelOperation.SUBSCRIBE);
    assertEquals(List.of("built-in false", "pattern true"), steps(policy.explain(pattern, null)));
  }

  /** The explanation must never say something else than the decision. */
  @Test
  void explanationAndDecisionAgree() {
    Policy policy = new Policy(resolver);
    DefaultPolicyResolver evaluated = (DefaultPolicyResolver) resolver;
    for (String channel :
        List.of(
            "news.eu", "news.internal", "private-user:ann", "private-user:*", "a", "private-a")) {
      for (String roles : List.of("", "editor", "member", "staff publisher")) {
        for (ChannelOperation operation : ChannelOperation.values()) {
          AccessRequest asked = request("acme", channel, "ann", roles, operation);
          assertEquals(
              evaluated.authorize(asked), policy.explain(asked, null).allowed(), asked.toString());
        }
      }
    }
  }

  /** A resolver of the installation replaces stored policies, and the explanation says so. */
  @Test
  void anotherResolverReplacesStoredPolicies() {
    PolicyResolver own =
        (tenant, channel, user, roles, action) -> channel.equals("private-closed.a");
    Policy policy = new Policy(own).withStored(tenant -> ALL, ChannelSettingsLookup.NONE);
    AccessExplanation explained =
        policy.explain(
            request("acme", "private-closed.a", "ann", "", ChannelOperation.SUBSCRIBE), null);
    assertTrue(explained.allowed());
    assertEquals(List.of("resolver true"), steps(explained));
  }
}
