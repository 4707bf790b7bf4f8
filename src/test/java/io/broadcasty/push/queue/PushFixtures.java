package io.broadcasty.push.queue;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.rbac.DefaultPolicyResolver;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.device.Confirmation;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.DeviceRegistration;
import io.broadcasty.push.device.FollowerPolicy;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.Urgency;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Devices, notifications and callers for tests of push. */
public final class PushFixtures {

  public static final TenantId ACME = new TenantId("acme");
  public static final TenantId GLOBEX = new TenantId("globex");
  public static final ChannelName ORDERS = new ChannelName("orders");

  /** How long confirmations count in {@link #followers}. */
  public static final Duration CONFIRMED_WITHIN = Duration.ofDays(7);

  private PushFixtures() {}

  public static DeviceAddress fcm(String token) {
    return new DeviceAddress(SamplePushServices.FCM, token, null, null);
  }

  public static DeviceAddress web(String name) {
    return new DeviceAddress(
        SamplePushServices.WEB_PUSH,
        "https://push.example.com/" + name,
        "key-" + name,
        "auth-" + name);
  }

  public static Notification notification(String title) {
    return new Notification(
        title,
        "body",
        "https://example.com/a",
        "{\"order\":17}",
        Duration.ofHours(1),
        Urgency.HIGH,
        "orders");
  }

  /** Returns a send that is accepted now and tried for an hour. */
  public static Send send(TenantId tenant, String id, ManualTime time) {
    long now = time.nowMillis();
    return new Send(tenant, id, notification(id), now, now + Duration.ofHours(1).toMillis());
  }

  public static Recipient recipient(PushSubscription subscription) {
    return new Recipient(subscription.id(), subscription.user(), subscription.address().service());
  }

  /** Registers a device for FCM. */
  public static PushSubscription register(
      PushSubscriptionStore store, String user, String token, ManualTime time) {
    return save(store, ACME, user, fcm(token), null, List.of(), time.nowMillis());
  }

  /** Registers a device by a token of its user with the role {@code member}. */
  public static PushSubscription save(
      PushSubscriptionStore store,
      TenantId tenant,
      String user,
      DeviceAddress address,
      @Nullable String device,
      @Nullable Collection<ChannelName> topics,
      long nowMillis) {
    Confirmation confirmation = new Confirmation(user, Set.of("member"), nowMillis);
    return store
        .save(
            tenant,
            new DeviceRegistration(user, address, device, topics, confirmation),
            topic -> true)
        .subscription();
  }

  /** Returns the default policy for followers; their confirmations count for seven days. */
  public static FollowerPolicy followers(WallClock clock) {
    return new FollowerPolicy(new Policy(new DefaultPolicyResolver()), CONFIRMED_WITHIN, clock);
  }

  public static Caller caller(String subject, String... roles) {
    return new Caller(ACME, subject, Set.of(roles), Instant.EPOCH, Instant.MAX, Map.of(), "token");
  }
}
