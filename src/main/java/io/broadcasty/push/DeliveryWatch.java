package io.broadcasty.push;

import io.broadcasty.channel.TenantChannel;
import io.broadcasty.tenant.TenantId;
import io.broadcasty.time.WallClock;
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
 * Watches over publications that are to be pushed unless they are delivered. Every node says which
 * of the addressed users are connected to it and subscribed to the channel; when the time is over,
 * the others get a push. Publications without that wish are none of its business. For one thread.
 */
public final class DeliveryWatch {

  /** Which users are connected to this node. */
  @FunctionalInterface
  public interface Connected {

    /** The users who are subscribed to these channels now, by channel. */
    Map<TenantChannel, Set<String>> on(Collection<TenantChannel> channels);
  }

  /** Every node has looked once more by then; they look each second. */
  static final Duration GRACE = Duration.ofMillis(2500);

  /** How many are watched at once; what is beyond is looked at when those before are decided. */
  static final int MAX_WATCHED = 2000;

  private static final System.Logger LOG = System.getLogger(DeliveryWatch.class.getName());

  private final PendingPushes pending;
  private final SubscriptionStore subscriptions;
  private final PushQueue queue;
  private final EnabledServices services;
  private final Connected connected;
  private final ToLongFunction<TenantId> quotaPerDay;
  private final WallClock clock;
  private final Runnable queued;
  private Map<Long, Watched> watched = new HashMap<>();

  /** Those of its users who have a device, and who of them is known to have had it. */
  private record Watched(Set<String> users, Set<String> delivered) {}

  /**
   * @param quotaPerDay how many notifications a tenant may send on a day (UTC); 0 for any number
   * @param queued is told that there is something to be sent
   */
  public DeliveryWatch(
      PendingPushes pending,
      SubscriptionStore subscriptions,
      PushQueue queue,
      EnabledServices services,
      Connected connected,
      ToLongFunction<TenantId> quotaPerDay,
      WallClock clock,
      Runnable queued) {
    this.pending = pending;
    this.subscriptions = subscriptions;
    this.queue = queue;
    this.services = services;
    this.connected = connected;
    this.quotaPerDay = quotaPerDay;
    this.clock = clock;
    this.queued = queued;
  }

  /**
   * Looks once; to be called every second.
   *
   * @throws PushStoreException when the store cannot be reached; the next call goes on
   */
  public void look() {
    List<PendingPush> open = pending.oldest(MAX_WATCHED);
    Map<Long, Watched> still = new HashMap<>();
    Set<TenantChannel> channels = new LinkedHashSet<>();
    for (PendingPush push : open) {
      Watched known = watched.get(push.number());
      still.put(push.number(), known == null ? begin(push) : known);
      channels.add(push.channel());
    }
    watched = still;
    if (open.isEmpty()) {
      return;
    }
    Map<TenantChannel, Set<String>> here = connected.on(channels);
    for (PendingPush push : open) {
      note(push, here.get(push.channel()));
      if (clock.nowMillis() >= push.dueAtMillis() + GRACE.toMillis()) {
        decide(push);
      }
    }
  }

  private Watched begin(PendingPush push) {
    Set<String> users = new HashSet<>();
    for (Recipient recipient : recipients(push)) {
      users.add(recipient.user());
    }
    return new Watched(users, new HashSet<>());
  }

  private void note(PendingPush push, @Nullable Set<String> here) {
    Watched watch = watched.get(push.number());
    if (here == null || watch == null) {
      return;
    }
    Set<String> news = new HashSet<>(watch.users());
    news.retainAll(here);
    news.removeAll(watch.delivered());
    if (!news.isEmpty()) {
      pending.delivered(push, news);
      watch.delivered().addAll(news);
    }
  }

  /** Several nodes may; the queue takes its id once. */
  private void decide(PendingPush push) {
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
              Send.now(push.channel().tenant(), push.sendId(), push.notification(), now),
              others,
              quotaPerDay.applyAsLong(push.channel().tenant()));
      if (outcome instanceof EnqueueOutcome.OverQuota) {
        LOG.log(
            Level.WARNING,
            "an undelivered publication is not pushed: the tenant "
                + push.channel().tenant()
                + " has sent as much today as it may (broadcasty.push.quota-per-day)");
      }
      queued.run();
    }
    pending.remove(push);
  }

  private List<Recipient> recipients(PendingPush push) {
    List<Recipient> enabled = new ArrayList<>();
    for (Recipient each :
        subscriptions.find(push.channel().tenant(), push.audience(), PushSend.MAX_DEVICES)) {
      if (services.find(each.service()) != null) {
        enabled.add(each);
      }
    }
    return enabled;
  }
}
