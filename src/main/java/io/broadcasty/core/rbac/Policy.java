package io.broadcasty.core.rbac;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.channel.UserChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks channel permissions for all use cases. Wraps the {@link PolicyResolver}; its exceptions
 * count as a denial.
 */
public final class Policy {

  private static final System.Logger LOG = System.getLogger(Policy.class.getName());
  private static final int MAX_PARTITIONS = 1024;

  private final PolicyResolver resolver;
  private final boolean stampsAlways;
  private final KeyPermissions keys;
  private final ChannelSettingsLookup settings;
  private final FailureLog failures = log("the policy resolver, so that an action was denied,");
  private final FailureLog stampFailures =
      log("the policy resolver, so that no sender was stamped,");
  private final FailureLog partitionFailures =
      log("the policy resolver, so that one partition was assumed,");

  /** Creates a policy that stamps publications where the resolver says so. */
  public Policy(PolicyResolver resolver) {
    this(resolver, false);
  }

  /**
   * Creates a policy.
   *
   * @param stampsAlways whether publications to every channel are stamped with their sender
   */
  public Policy(PolicyResolver resolver, boolean stampsAlways) {
    this(resolver, stampsAlways, KeyPermissions.NONE, ChannelSettingsLookup.NONE);
  }

  private Policy(
      PolicyResolver resolver,
      boolean stampsAlways,
      KeyPermissions keys,
      ChannelSettingsLookup settings) {
    this.resolver = resolver;
    this.stampsAlways = stampsAlways;
    this.keys = keys;
    this.settings = settings;
  }

  /**
   * Returns this policy with permissions of API keys: whoever calls with one may do what both the
   * key and the resolver allow.
   */
  public Policy withKeys(KeyPermissions permissions) {
    return new Policy(resolver, stampsAlways, permissions, settings);
  }

  /**
   * Returns this policy with stored policies, which the default resolver evaluates. A resolver of
   * the installation replaces them, except for the settings of their channels.
   *
   * @param channels the settings of the same policies
   */
  public Policy withStored(StoredPolicies stored, ChannelSettingsLookup channels) {
    return resolver instanceof DefaultPolicyResolver
        ? new Policy(new DefaultPolicyResolver(stored), stampsAlways, keys, channels)
        : new Policy(resolver, stampsAlways, keys, channels);
  }

  /** Returns how a channel is kept and served, besides who may do what on it. */
  public ChannelSettings settings(TenantChannel channel) {
    return settings.of(channel);
  }

  /** Returns whether the caller may do this on a channel of its own tenant. */
  public boolean allows(Caller caller, ChannelName channel, Action action) {
    return allows(caller, channel, ChannelOperation.of(action));
  }

  /** Returns whether the caller may do exactly this on a channel of its own tenant. */
  public boolean allows(Caller caller, ChannelName channel, ChannelOperation operation) {
    return authorize(caller, channel.value(), operation);
  }

  /**
   * Returns whether a user with these roles may do this on a channel of the tenant, for work that
   * goes on after the token that proved the roles.
   */
  public boolean allows(
      TenantId tenant, String subject, Set<String> roles, ChannelName channel, Action action) {
    if (subject.startsWith(KeyPermissions.SUBJECT_PREFIX)
        && !keys.allow(
            subject.substring(KeyPermissions.SUBJECT_PREFIX.length()), channel.value(), action)) {
      return false;
    }
    return authorize(
        new AccessRequest(tenant.value(), channel.value(), subject, roles, action, Map.of()));
  }

  /** Returns whether the caller may make others than itself present on the channel. */
  public boolean mayActForOthers(Caller caller, ChannelName channel) {
    try {
      return keyAllows(caller, channel.value(), Action.PUBLISH)
          && resolver.mayActForOthers(request(caller, channel.value(), ChannelOperation.PUBLISH));
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      failures.recordFailure(e);
      return false;
    }
  }

  /**
   * Returns whether the caller may request the pattern at all; each matching channel is checked on
   * its own as well.
   */
  public boolean allows(Caller caller, ChannelPattern pattern, Action action) {
    return authorize(caller, pattern.toString(), ChannelOperation.of(action));
  }

  /** Returns the channel's number of partitions: the resolver's result, limited to 1 to 1024. */
  public int partitions(Caller caller, ChannelName channel) {
    try {
      int partitions = resolver.partitions(caller.tenant().value(), channel.value());
      return Math.max(1, Math.min(MAX_PARTITIONS, partitions));
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      partitionFailures.recordFailure(e);
      return 1;
    }
  }

  /** Returns whether publications to the channel are stamped with their publisher's subject. */
  public boolean stampsSender(Caller caller, ChannelName channel) {
    try {
      return stampsAlways || resolver.stampsSender(caller.tenant().value(), channel.value());
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      stampFailures.recordFailure(e);
      return false;
    }
  }

  /**
   * Returns how a request is decided, step by step, with the stored policies as they are or others.
   *
   * @param draft evaluated in place of the stored policy of the same shape; null for none
   */
  public AccessExplanation explain(AccessRequest request, @Nullable ChannelPolicy draft) {
    List<AccessExplanation.Step> steps = new ArrayList<>();
    boolean allowed = true;
    if (request.userId().startsWith(KeyPermissions.SUBJECT_PREFIX)) {
      String keyId = request.userId().substring(KeyPermissions.SUBJECT_PREFIX.length());
      allowed = keys.allow(keyId, request.channel(), request.action());
      steps.add(
          new AccessExplanation.Step(
              "key",
              allowed,
              allowed
                  ? "the scopes of the API key cover it"
                  : "there is no such API key, or its scopes do not cover it"));
    }
    try {
      if (isAgainstUserChannel(request)) {
        allowed = false;
        steps.add(
            new AccessExplanation.Step(
                "built-in",
                false,
                "the channel is a user's own, which that user alone reads, and only back ends write"
                    + " to"));
      }
      allowed &= explain(request, draft, steps);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      failures.recordFailure(e);
      allowed = false;
      steps.add(
          new AccessExplanation.Step(
              "resolver", false, "the policies cannot be evaluated now, so nothing is allowed"));
    }
    return new AccessExplanation(allowed, steps);
  }

  private boolean explain(
      AccessRequest request, @Nullable ChannelPolicy draft, List<AccessExplanation.Step> steps) {
    if (resolver instanceof DefaultPolicyResolver evaluated) {
      return evaluated.explain(request, draft, steps);
    }
    if (resolver instanceof ExplainingResolver explaining) {
      AccessExplanation.Step step = explaining.explain(request);
      steps.add(step);
      return step.passed();
    }
    boolean allowed = resolver.authorize(request);
    steps.add(
        new AccessExplanation.Step(
            "resolver",
            allowed,
            resolver.getClass().getName() + " decides alone; stored policies do not count"));
    return allowed;
  }

  /**
   * Returns whether a request is about a user's own channel and breaks its rule: the user alone
   * reads it, and only those may write to it who may act for others.
   */
  private boolean isAgainstUserChannel(AccessRequest request) {
    String owner = UserChannel.user(request.channel());
    if (owner == null || ChannelPattern.isPattern(request.channel())) {
      return false;
    }
    return request.action() == Action.PUBLISH
        ? !resolver.mayActForOthers(request)
        : !owner.equals(request.userId());
  }

  private static FailureLog log(String what) {
    return new FailureLog(LOG, Level.ERROR, what, Ticker.system());
  }

  private boolean authorize(Caller caller, String channel, ChannelOperation operation) {
    return keyAllows(caller, channel, operation.action())
        && authorize(request(caller, channel, operation));
  }

  private boolean keyAllows(Caller caller, String channel, Action action) {
    String keyId = caller.keyId();
    return keyId == null || keys.allow(keyId, channel, action);
  }

  private static AccessRequest request(Caller caller, String channel, ChannelOperation operation) {
    return new AccessRequest(
        caller.tenant().value(),
        channel,
        caller.subject(),
        caller.roles(),
        operation,
        caller.claims());
  }

  private boolean authorize(AccessRequest request) {
    try {
      return !isAgainstUserChannel(request) && resolver.authorize(request);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      failures.recordFailure(e);
      return false;
    }
  }
}
