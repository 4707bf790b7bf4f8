package io.broadcasty.presence.service;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.JoinOutcome;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresenceException;
import io.broadcasty.presence.PresenceStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The presence use case: checks rights and limits, and joins, renews, removes and lists members.
 *
 * <p>A caller joins as itself; a caller that may publish to the channel, such as a back end, may do
 * so for other members.
 *
 * @param tenants determines how long a member that joined over HTTP stays, and how long its JSON
 *     may be
 * @param listener is notified of denied requests
 */
@ThreadSafe
public record PresenceService(
    Policy policy,
    RateLimiter limits,
    PresenceStore store,
    TenantSettingsLookup tenants,
    RealtimeListener listener) {

  private static final System.Logger LOG = System.getLogger(PresenceService.class.getName());
  private static final PresenceOutcome STORE_UNAVAILABLE =
      new PresenceOutcome.Unavailable("the presence store does not answer", Duration.ofSeconds(1));

  /** Makes a member present until its lease ends without a renewal. */
  public CompletionStage<PresenceOutcome> join(Caller caller, ChannelName channel, Member member) {
    return join(caller, channel, member, lease(caller));
  }

  CompletionStage<PresenceOutcome> join(
      Caller caller, ChannelName channel, Member member, Holder holder) {
    PresenceOutcome refusal = refusal(caller, channel, ChannelOperation.JOIN, member.id());
    int bytes = member.json().getBytes(StandardCharsets.UTF_8).length;
    int maxMemberBytes = tenants.of(caller.tenant()).presence().maxMemberBytes();
    if (refusal == null && bytes > maxMemberBytes) {
      refusal = new PresenceOutcome.TooLarge(bytes, maxMemberBytes);
    }
    if (refusal != null) {
      return CompletableFuture.completedFuture(refusal);
    }
    Duration holds = holder instanceof Holder.Lease lease ? lease.duration() : Duration.ZERO;
    return store
        .join(new TenantChannel(caller.tenant(), channel), member, holder)
        .thenApply(outcome -> toOutcome(outcome, member, holds));
  }

  /** Ends a lease. */
  public CompletionStage<PresenceOutcome> leave(
      Caller caller, ChannelName channel, String memberId) {
    PresenceOutcome refusal = refusal(caller, channel, ChannelOperation.JOIN, memberId);
    if (refusal != null) {
      return CompletableFuture.completedFuture(refusal);
    }
    return store
        .leave(new TenantChannel(caller.tenant(), channel), memberId, lease(caller))
        .handle(
            (held, failure) ->
                held == null
                    ? unavailable(failure)
                    : held
                        ? new PresenceOutcome.Left(memberId)
                        : new PresenceOutcome.NotPresent(memberId));
  }

  /** Renews a lease. */
  public CompletionStage<PresenceOutcome> renew(
      Caller caller, ChannelName channel, String memberId) {
    PresenceOutcome refusal = refusal(caller, channel, ChannelOperation.JOIN, memberId);
    if (refusal != null) {
      return CompletableFuture.completedFuture(refusal);
    }
    Holder.Lease lease = lease(caller);
    return store
        .renew(new TenantChannel(caller.tenant(), channel), memberId, lease)
        .handle(
            (had, failure) ->
                had == null
                    ? unavailable(failure)
                    : had
                        ? new PresenceOutcome.Renewed(memberId, lease.duration())
                        : new PresenceOutcome.NotPresent(memberId));
  }

  /** Reads a page of members. May block on the store. */
  public PresenceOutcome members(
      Caller caller, ChannelName channel, @Nullable String after, int limit) {
    PresenceOutcome refusal = refusal(caller, channel, ChannelOperation.MEMBERS, null);
    if (refusal != null) {
      return refusal;
    }
    try {
      return new PresenceOutcome.Members(
          store.members(new TenantChannel(caller.tenant(), channel), after, limit));
    } catch (PresenceException e) {
      LOG.log(System.Logger.Level.DEBUG, "Cannot read members", e);
      return STORE_UNAVAILABLE;
    }
  }

  /** Returns why the request is refused; null when it is allowed. */
  private @Nullable PresenceOutcome refusal(
      Caller caller, ChannelName channel, ChannelOperation operation, @Nullable String memberId) {
    if (channel.kind() != ChannelName.Kind.PRESENCE) {
      return new PresenceOutcome.NoPresenceChannel();
    }
    if (!policy.allows(caller, channel, operation)) {
      denied(caller, channel);
      return new PresenceOutcome.Denied();
    }
    if (memberId != null
        && !memberId.equals(caller.subject())
        && !policy.mayActForOthers(caller, channel)) {
      denied(caller, channel);
      return new PresenceOutcome.NotYourself(caller.subject());
    }
    RateLimiter.Verdict verdict = limits.tryAcquireRequest(caller.tenant(), caller.subject());
    return verdict.granted() ? null : new PresenceOutcome.Throttled(verdict);
  }

  private void denied(Caller caller, ChannelName channel) {
    listener.onDenied(
        new Denied(
            caller.tenant(),
            caller.subject(),
            Operation.PRESENCE,
            channel.kind(),
            caller.address()));
  }

  private static PresenceOutcome unavailable(Throwable failure) {
    LOG.log(System.Logger.Level.DEBUG, "Cannot change a member", failure);
    return STORE_UNAVAILABLE;
  }

  private Holder.Lease lease(Caller caller) {
    return new Holder.Lease(tenants.of(caller.tenant()).presence().ttl());
  }

  private static PresenceOutcome toOutcome(JoinOutcome outcome, Member member, Duration duration) {
    if (outcome instanceof JoinOutcome.Full full) {
      return new PresenceOutcome.Full(full.limit());
    }
    if (outcome instanceof JoinOutcome.NoMemory none) {
      return new PresenceOutcome.NoMemory(none.full());
    }
    if (outcome instanceof JoinOutcome.Unavailable unavailable) {
      return new PresenceOutcome.Unavailable(unavailable.reason(), unavailable.retryAfter());
    }
    return new PresenceOutcome.Joined(member, duration);
  }
}
