package io.broadcasty.push;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.device.FollowerPolicy;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.queue.EnqueueOutcome;
import io.broadcasty.push.queue.PendingPush;
import io.broadcasty.push.queue.PendingPushes;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.queue.Send;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Pushes publications that were not delivered in time, if their publisher asked for that.
 *
 * <p>Each node records which of the addressed users are connected to it and subscribed to the
 * channel. When the time is over, the other users get a push. Publications that do not ask for it
 * are ignored. For one thread.
 */
public final class UndeliveredPushMonitor {

  /** Finds the users who are connected to this node. */
  @FunctionalInterface
  public interface ConnectedUsers {

    /** Returns the users who are subscribed to these channels now, by channel. */
    Map<TenantChannel, Set<String>> subscribedTo(Collection<TenantChannel> channels);
  }

  /**
   * The delay after the due time until the decision: by then every node, polling once a second, has
   * polled again.
   */
  static final Duration GRACE = Duration.ofMillis(2500);

  /** The most publications watched at once; further ones follow when earlier ones are decided. */
  static final int MAX_WATCHED = 2000;

  private static final System.Logger LOG = System.getLogger(UndeliveredPushMonitor.class.getName());

  private final PendingPushes pending;
  private final PushSubscriptionStore subscriptions;
  private final FollowerPolicy followers;
  private final PushQueue queue;
  private final PushProviders services;
  private final ConnectedUsers connected;
  private final ToLongFunction<TenantId> quotaPerDay;
  private final WallClock clock;
  private final Runnable onQueued;
  private Map<Long, Watched> watched = new HashMap<>();

  /**
   * The addressed users who have a device, and those of them who are known to have received the
   * publication.
   */
  private record Watched(Set<String> users, Set<String> delivered) {}

  /**
   * Creates a monitor; {@link #poll} does its work.
   *
   * @param quotaPerDay how many notifications a tenant may send on a day (UTC); 0 for any number
   * @param queued is called after a notification was queued
   */
  public UndeliveredPushMonitor(
      PendingPushes pending,
      PushSubscriptionStore subscriptions,
      FollowerPolicy followers,
      PushQueue queue,
      PushProviders services,
      ConnectedUsers connected,
      ToLongFunction<TenantId> quotaPerDay,
      WallClock clock,
      Runnable queued) {
    this.pending = pending;
    this.subscriptions = subscriptions;
    this.followers = followers;
    this.queue = queue;
    this.services = services;
    this.connected = connected;
    this.quotaPerDay = quotaPerDay;
    this.clock = clock;
    this.onQueued = queued;
  }

  /**
   * Records deliveries and pushes what is due; to be called every second.
   *
   * @throws PushStoreException when the store cannot be reached; the next call continues
   */
  public void poll() {
    List<PendingPush> open = pending.oldest(MAX_WATCHED);
    Map<Long, Watched> watchedNow = new HashMap<>();
    Set<TenantChannel> channels = new LinkedHashSet<>();
    for (PendingPush push : open) {
      Watched known = watched.get(push.number());
      watchedNow.put(push.number(), known == null ? startWatching(push) : known);
      channels.add(push.channel());
    }
    watched = watchedNow;
    if (open.isEmpty()) {
      return;
    }
    Map<TenantChannel, Set<String>> here = connected.subscribedTo(channels);
    for (PendingPush push : open) {
      recordDeliveries(push, here.get(push.channel()));
      if (clock.nowMillis() >= push.dueAtMillis() + GRACE.toMillis()) {
        pushToOthers(push);
      }
    }
  }

  private Watched startWatching(PendingPush push) {
    Set<String> users = new HashSet<>();
    for (Recipient recipient : recipients(push)) {
      users.add(recipient.user());
    }
    return new Watched(users, new HashSet<>());
  }

  private void recordDeliveries(PendingPush push, @Nullable Set<String> here) {
    Watched watch = watched.get(push.number());
    if (here == null || watch == null) {
      return;
    }
    Set<String> added = new HashSet<>(watch.users());
    added.retainAll(here);
    added.removeAll(watch.delivered());
    if (!added.isEmpty()) {
      pending.addReceipts(push, added);
      watch.delivered().addAll(added);
    }
  }

  /**
   * Pushes to the users who have not received it; several nodes may do so, since the queue takes
   * each send id once.
   */
  private void pushToOthers(PendingPush push) {
    Set<String> delivered = pending.receipts(push);
    List<Recipient> others = new ArrayList<>();
    for (Recipient recipient : recipients(push)) {
      if (!delivered.contains(recipient.user())) {
        others.add(recipient);
      }
    }
    if (!others.isEmpty()) {
      long now = clock.nowMillis();
      EnqueueOutcome outcome =
          queue.enqueue(
              Send.createdNow(push.channel().tenant(), push.sendId(), push.notification(), now),
              others,
              quotaPerDay.applyAsLong(push.channel().tenant()));
      if (outcome instanceof EnqueueOutcome.OverQuota) {
        LOG.log(
            Level.WARNING,
            "Undelivered publication is not pushed: the daily quota of tenant "
                + push.channel().tenant()
                + " is used up (broadcasty.push.quota-per-day)");
      }
      onQueued.run();
    }
    pending.remove(push);
  }

  private List<Recipient> recipients(PendingPush push) {
    List<Recipient> enabled = new ArrayList<>();
    for (Recipient each :
        subscriptions.find(
            push.channel().tenant(), push.audience(), followers, PushSend.MAX_DEVICES)) {
      if (services.find(each.service()) != null) {
        enabled.add(each);
      }
    }
    return enabled;
  }
}
