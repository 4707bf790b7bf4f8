package io.broadcasty.app;

import io.broadcasty.channel.ChannelName;
import io.broadcasty.push.Audience;
import io.broadcasty.push.Claimed;
import io.broadcasty.push.DeviceAddress;
import io.broadcasty.push.EnqueueOutcome;
import io.broadcasty.push.PendingPush;
import io.broadcasty.push.PendingPushes;
import io.broadcasty.push.PushQueue;
import io.broadcasty.push.PushService;
import io.broadcasty.push.PushSubscription;
import io.broadcasty.push.Recipient;
import io.broadcasty.push.Send;
import io.broadcasty.push.SendStatus;
import io.broadcasty.push.Settled;
import io.broadcasty.push.SubscriptionStore;
import io.broadcasty.tenant.TenantId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the push database when no push service is enabled. No request reaches it, so every
 * method throws.
 */
final class PushOff implements SubscriptionStore, PushQueue, PendingPushes {

  private static IllegalStateException off() {
    return new IllegalStateException("No push service is enabled");
  }

  @Override
  public PushSubscription save(
      TenantId tenant,
      String user,
      DeviceAddress address,
      @Nullable String device,
      @Nullable Collection<ChannelName> topics,
      long nowMillis) {
    throw off();
  }

  @Override
  public List<PushSubscription> ofUser(TenantId tenant, String user) {
    throw off();
  }

  @Override
  public boolean remove(TenantId tenant, String id, @Nullable String user) {
    throw off();
  }

  @Override
  public List<Recipient> find(TenantId tenant, Audience audience, int limit) {
    throw off();
  }

  @Override
  public EnqueueOutcome enqueue(Send send, Collection<Recipient> recipients, long quotaPerDay) {
    throw off();
  }

  @Override
  public EnqueueOutcome.@Nullable Queued find(TenantId tenant, String id) {
    throw off();
  }

  @Override
  public List<Claimed> claim(PushService service, String owner, int max, Duration lease) {
    throw off();
  }

  @Override
  public void settle(String owner, List<Settled> settled) {
    throw off();
  }

  @Override
  public @Nullable SendStatus status(TenantId tenant, String id, long after, int limit) {
    throw off();
  }

  @Override
  public Map<PushService, Integer> backlog(Collection<PushService> services, int most) {
    throw off();
  }

  @Override
  public void add(PendingPush push) {
    throw off();
  }

  @Override
  public List<PendingPush> oldest(int limit) {
    throw off();
  }

  @Override
  public void delivered(PendingPush push, Collection<String> users) {
    throw off();
  }

  @Override
  public Set<String> receipts(PendingPush push) {
    throw off();
  }

  @Override
  public void remove(PendingPush push) {
    throw off();
  }

  @Override
  public void upkeep(long forgetBeforeMillis) {
    throw off();
  }
}
