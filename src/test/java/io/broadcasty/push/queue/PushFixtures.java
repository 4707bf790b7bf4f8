package io.broadcasty.push.queue;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.Urgency;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Devices, notifications and callers for tests of push. */
public final class PushFixtures {

  public static final TenantId ACME = new TenantId("acme");
  public static final TenantId GLOBEX = new TenantId("globex");
  public static final ChannelName ORDERS = new ChannelName("orders");

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
    return store.save(ACME, user, fcm(token), null, List.of(), time.nowMillis());
  }

  public static Caller caller(String subject, String... roles) {
    return new Caller(ACME, subject, Set.of(roles), Instant.EPOCH, Instant.MAX, Map.of(), "token");
  }
}
