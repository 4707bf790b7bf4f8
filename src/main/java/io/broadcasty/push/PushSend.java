package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.push.device.Audience;
import io.broadcasty.push.device.FollowerPolicy;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.queue.EnqueueOutcome;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.queue.Send;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The use case of sending a notification: checks rights and limits, resolves the audience, and adds
 * the send to the queue.
 *
 * <p>Returns once the send is queued; does not wait for a push service. May block on the store and
 * on presence, and throws their exceptions.
 */
@ThreadSafe
public final class PushSend {

  /** The most devices of one send. */
  public static final int MAX_DEVICES = 100_000;

  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
  private static final int PRESENCE_PAGE = 1000;

  private final PushProviders services;
  private final Policy policy;
  private final RateLimiter limits;
  private final PushSubscriptionStore subscriptions;
  private final FollowerPolicy followers;
  private final PresenceStore presence;
  private final PushQueue queue;
  private final ToLongFunction<TenantId> quotaPerDay;
  private final WallClock clock;
  private final Runnable onQueued;

  /**
   * Creates the use case.
   *
   * @param quotaPerDay how many notifications a tenant may send on a day (UTC); 0 for any number
   * @param queued is called after a notification was queued
   */
  public PushSend(
      PushProviders services,
      Policy policy,
      RateLimiter limits,
      PushSubscriptionStore subscriptions,
      FollowerPolicy followers,
      PresenceStore presence,
      PushQueue queue,
      ToLongFunction<TenantId> quotaPerDay,
      WallClock clock,
      Runnable queued) {
    this.services = services;
    this.policy = policy;
    this.limits = limits;
    this.subscriptions = subscriptions;
    this.followers = followers;
    this.presence = presence;
    this.queue = queue;
    this.quotaPerDay = quotaPerDay;
    this.clock = clock;
    this.onQueued = queued;
  }

  /**
   * A notification and whom it addresses.
   *
   * @param absentFrom a presence channel: addresses those of its followers who are not present now;
   *     null for none
   * @param id the sender's idempotency id; null when it chose none
   */
  public record Request(
      Audience audience,
      @Nullable ChannelName absentFrom,
      Notification notification,
      @Nullable String id) {}

  /** Checks the request and queues the notification. */
  public PushResult send(Caller caller, Request request) {
    PushResult refusal = refusal(caller, request);
    if (refusal != null) {
      return refusal;
    }
    if (request.id() != null) {
      EnqueueOutcome.Queued known = queue.find(caller.tenant(), request.id());
      if (known != null) {
        return new PushResult.Accepted(request.id(), known.devices(), true, List.of());
      }
    }
    Map<String, Recipient> recipients = recipients(caller.tenant(), request);
    if (recipients.size() > MAX_DEVICES) {
      return new PushResult.TooManyDevices(MAX_DEVICES);
    }
    if (recipients.isEmpty()
        && request.audience().topics().isEmpty()
        && request.absentFrom() == null) {
      return new PushResult.NoDevice();
    }
    Set<PushService> used =
        recipients.values().stream().map(Recipient::service).collect(Collectors.toSet());
    PushResult unfit = NotificationChecks.refusalByAny(services, used, request.notification());
    if (unfit != null) {
      return unfit;
    }
    return enqueue(
        caller.tenant(),
        request.id() == null ? UUID.randomUUID().toString() : request.id(),
        request.notification(),
        recipients.values(),
        unknownAddressees(request.audience(), recipients));
  }

  private @Nullable PushResult refusal(Caller caller, Request request) {
    if (services.isEmpty()) {
      return new PushResult.Disabled(null, services.services());
    }
    if (request.audience().isEmpty() && request.absentFrom() == null) {
      return new PushResult.Invalid("`to` is empty; give users, devices, topics or a channel");
    }
    ChannelName absentFrom = request.absentFrom();
    if (absentFrom != null && absentFrom.kind() != ChannelName.Kind.PRESENCE) {
      return new PushResult.Invalid(
          "`to.channel` is for those who are absent from a channel with members, whose name begins"
              + " with presence-; to all who follow a channel, send by `to.topics`");
    }
    PushResult denial = denial(caller, request);
    if (denial != null) {
      return denial;
    }
    RateLimiter.Verdict verdict = limits.tryAcquireRequest(caller.tenant(), caller.subject());
    if (!verdict.granted()) {
      return new PushResult.Throttled(verdict);
    }
    return null;
  }

  private @Nullable PushResult denial(Caller caller, Request request) {
    boolean named =
        !request.audience().users().isEmpty() || !request.audience().devices().isEmpty();
    if (named && !PushRights.mayManageUsers(caller)) {
      return new PushResult.Denied("to send to users and devices, " + PushRights.REQUIRED_ROLES);
    }
    Set<ChannelName> channels = new TreeSet<>(request.audience().topics());
    if (request.absentFrom() != null) {
      channels.add(request.absentFrom());
    }
    for (ChannelName channel : channels) {
      if (!policy.allows(caller, channel, ChannelOperation.PUSH)) {
        return new PushResult.Denied(
            "your roles do not allow publishing to `"
                + channel
                + "`, nor pushing to its followers");
      }
    }
    return null;
  }

  /** Returns each device once, by its id; when there are too many, slightly more than allowed. */
  private Map<String, Recipient> recipients(TenantId tenant, Request request) {
    Map<String, Recipient> found = new LinkedHashMap<>();
    if (!request.audience().isEmpty()) {
      add(
          subscriptions.find(tenant, request.audience(), followers, MAX_DEVICES + 1),
          Set.of(),
          found);
    }
    ChannelName channel = request.absentFrom();
    if (channel != null) {
      Audience audience = new Audience(Set.of(), Set.of(), Set.of(channel));
      add(
          subscriptions.find(tenant, audience, followers, MAX_DEVICES + 1),
          presentMembers(new TenantChannel(tenant, channel)),
          found);
    }
    return found;
  }

  private void add(
      Collection<Recipient> recipients, Set<String> without, Map<String, Recipient> found) {
    for (Recipient recipient : recipients) {
      if (services.find(recipient.service()) != null && !without.contains(recipient.user())) {
        found.putIfAbsent(recipient.subscriptionId(), recipient);
      }
    }
  }

  private Set<String> presentMembers(TenantChannel channel) {
    Set<String> ids = new HashSet<>();
    String after = null;
    do {
      PresencePage page = presence.members(channel, after, PRESENCE_PAGE);
      for (Member member : page.members()) {
        ids.add(member.id());
      }
      after = page.next();
    } while (after != null);
    return ids;
  }

  private PushResult enqueue(
      TenantId tenant,
      String id,
      Notification notification,
      Collection<Recipient> recipients,
      List<String> unknown) {
    long now = clock.nowMillis();
    long quota = quotaPerDay.applyAsLong(tenant);
    EnqueueOutcome outcome =
        queue.enqueue(Send.createdNow(tenant, id, notification, now), recipients, quota);
    if (outcome instanceof EnqueueOutcome.OverQuota over) {
      return new PushResult.OverQuota(
          quota,
          over.used(),
          recipients.size(),
          Duration.ofMillis(DAY_MILLIS - Math.floorMod(now, DAY_MILLIS)));
    }
    EnqueueOutcome.Queued taken = (EnqueueOutcome.Queued) outcome;
    onQueued.run();
    return new PushResult.Accepted(
        id, taken.devices(), taken.duplicate(), taken.duplicate() ? List.of() : unknown);
  }

  private static List<String> unknownAddressees(
      Audience audience, Map<String, Recipient> recipients) {
    Set<String> unknown = new TreeSet<>(audience.users());
    for (Recipient recipient : recipients.values()) {
      unknown.remove(recipient.user());
    }
    List<String> all = new ArrayList<>(unknown);
    for (String device : new TreeSet<>(audience.devices())) {
      if (!recipients.containsKey(device)) {
        all.add(device);
      }
    }
    return all;
  }
}
