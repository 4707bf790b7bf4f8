package io.broadcasty.attend;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.auth.Caller;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.lifecycle.RealtimeListener;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.JoinOutcome;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresenceException;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.ratelimit.RateKey;
import io.broadcasty.ratelimit.RateLimiter;
import io.broadcasty.rbac.Action;
import io.broadcasty.rbac.Policy;
import io.broadcasty.tenant.TenantSettingsLookup;
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
public record Attend(
    Policy policy,
    RateLimiter limits,
    PresenceStore store,
    TenantSettingsLookup tenants,
    RealtimeListener listener) {

  private static final System.Logger LOG = System.getLogger(Attend.class.getName());
  private static final AttendOutcome UNREADABLE =
      new AttendOutcome.Unavailable("the presence store does not answer", Duration.ofSeconds(1));

  /** Makes a member present until its lease ends without a renewal. */
  public CompletionStage<AttendOutcome> join(Caller caller, ChannelName channel, Member member) {
    return join(caller, channel, member, lease(caller));
  }

  CompletionStage<AttendOutcome> join(
      Caller caller, ChannelName channel, Member member, Holder holder) {
    AttendOutcome refusal = refusal(caller, channel, member.id());
    int bytes = member.json().getBytes(StandardCharsets.UTF_8).length;
    int maxMemberBytes = tenants.of(caller.tenant()).presence().maxMemberBytes();
    if (refusal == null && bytes > maxMemberBytes) {
      refusal = new AttendOutcome.TooLarge(bytes, maxMemberBytes);
    }
    if (refusal != null) {
      return CompletableFuture.completedFuture(refusal);
    }
    Duration holds = holder instanceof Holder.Lease lease ? lease.life() : Duration.ZERO;
    return store
        .join(new TenantChannel(caller.tenant(), channel), member, holder)
        .thenApply(outcome -> told(outcome, member, holds));
  }

  /** Ends a lease. */
  public CompletionStage<AttendOutcome> leave(Caller caller, ChannelName channel, String memberId) {
    AttendOutcome refusal = refusal(caller, channel, memberId);
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
                        ? new AttendOutcome.Left(memberId)
                        : new AttendOutcome.NotPresent(memberId));
  }

  /** Renews a lease. */
  public CompletionStage<AttendOutcome> renew(Caller caller, ChannelName channel, String memberId) {
    AttendOutcome refusal = refusal(caller, channel, memberId);
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
                        ? new AttendOutcome.Renewed(memberId, lease.life())
                        : new AttendOutcome.NotPresent(memberId));
  }

  /** Reads a page of members. May block on the store. */
  public AttendOutcome members(
      Caller caller, ChannelName channel, @Nullable String after, int limit) {
    AttendOutcome refusal = refusal(caller, channel, null);
    if (refusal != null) {
      return refusal;
    }
    try {
      return new AttendOutcome.Members(
          store.members(new TenantChannel(caller.tenant(), channel), after, limit));
    } catch (PresenceException e) {
      LOG.log(System.Logger.Level.DEBUG, "Cannot read members", e);
      return UNREADABLE;
    }
  }

  /** Returns why the request is refused; null when it is allowed. */
  private @Nullable AttendOutcome refusal(
      Caller caller, ChannelName channel, @Nullable String memberId) {
    if (channel.kind() != ChannelName.Kind.PRESENCE) {
      return new AttendOutcome.NoPresenceChannel();
    }
    if (!policy.allows(caller, channel, Action.PRESENCE)) {
      denied(caller, channel);
      return new AttendOutcome.Denied();
    }
    if (memberId != null
        && !memberId.equals(caller.subject())
        && !policy.allows(caller, channel, Action.PUBLISH)) {
      denied(caller, channel);
      return new AttendOutcome.NotYourself(caller.subject());
    }
    RateLimiter.Verdict verdict =
        limits.tryAcquire(RateKey.ofUser(caller.tenant(), caller.subject()), 1);
    return verdict.granted() ? null : new AttendOutcome.Throttled(verdict);
  }

  private void denied(Caller caller, ChannelName channel) {
    listener.onDenied(
        new Denied(caller.tenant(), caller.subject(), Operation.PRESENCE, channel.kind()));
  }

  private static AttendOutcome unavailable(Throwable failure) {
    LOG.log(System.Logger.Level.DEBUG, "Cannot change a member", failure);
    return UNREADABLE;
  }

  private Holder.Lease lease(Caller caller) {
    return new Holder.Lease(tenants.of(caller.tenant()).presence().ttl());
  }

  private static AttendOutcome told(JoinOutcome outcome, Member member, Duration duration) {
    if (outcome instanceof JoinOutcome.Full full) {
      return new AttendOutcome.Full(full.limit());
    }
    if (outcome instanceof JoinOutcome.Unavailable unavailable) {
      return new AttendOutcome.Unavailable(unavailable.reason(), unavailable.retryAfter());
    }
    return new AttendOutcome.Joined(member, duration);
  }
}
