package io.broadcasty.server.push;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.device.Audience;
import io.broadcasty.push.device.Confirmation;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.DeviceRegistration;
import io.broadcasty.push.device.FollowerPolicy;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.device.RegisteredDevice;
import io.broadcasty.push.queue.AcknowledgedDispatch;
import io.broadcasty.push.queue.ClaimedDispatch;
import io.broadcasty.push.queue.EnqueueOutcome;
import io.broadcasty.push.queue.FailedDispatches;
import io.broadcasty.push.queue.PendingPush;
import io.broadcasty.push.queue.PendingPushes;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.queue.Send;
import io.broadcasty.push.queue.SendStatus;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the push database when no push service is enabled. No request reaches it, so every
 * method throws.
 */
@ThreadSafe
final class DisabledPush implements PushSubscriptionStore, PushQueue, PendingPushes {

  private static IllegalStateException off() {
    return new IllegalStateException("No push service is enabled");
  }

  @Override
  public RegisteredDevice save(
      TenantId tenant, DeviceRegistration registration, Predicate<ChannelName> mayFollow) {
    throw off();
  }

  @Override
  public List<ChannelName> restrict(
      TenantId tenant,
      DeviceAddress address,
      Confirmation confirmation,
      Predicate<ChannelName> mayFollow) {
    throw off();
  }

  @Override
  public int forgetRoles(@Nullable TenantId tenant, String user) {
    throw off();
  }

  @Override
  public List<PushSubscription> findByUser(TenantId tenant, String user) {
    throw off();
  }

  @Override
  public boolean remove(TenantId tenant, String id, @Nullable String user) {
    throw off();
  }

  @Override
  public List<Recipient> find(
      TenantId tenant, Audience audience, FollowerPolicy followers, int limit) {
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
  public List<ClaimedDispatch> claim(
      PushService service,
      String owner,
      int max,
      Duration lease,
      ToIntFunction<TenantId> allowance) {
    throw off();
  }

  @Override
  public void acknowledge(String owner, List<AcknowledgedDispatch> settled) {
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
  public long usedToday(TenantId tenant) {
    throw off();
  }

  @Override
  public Map<PushService, Integer> backlogOf(
      TenantId tenant, Collection<PushService> services, int most) {
    throw off();
  }

  @Override
  public FailedDispatches failed(
      TenantId tenant, FailedDispatches.@Nullable Cursor after, int limit) {
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
  public void addReceipts(PendingPush push, Collection<String> users) {
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
  public void cleanUp(long forgetBeforeMillis) {
    throw off();
  }
}
