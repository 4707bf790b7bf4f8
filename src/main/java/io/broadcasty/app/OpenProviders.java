package io.broadcasty.app;

import io.broadcasty.config.PushVendors;
import io.broadcasty.push.EnabledServices;
import io.broadcasty.push.PushProvider;
import io.broadcasty.push.apns.ApnsProvider;
import io.broadcasty.push.fcm.FcmProvider;
import io.broadcasty.push.onesignal.OneSignalProvider;
import io.broadcasty.push.webpush.WebPushProvider;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The push services that are configured, opened.
 *
 * @param webPushKey the public key that browsers subscribe with; null without Web Push
 */
record OpenProviders(EnabledServices services, @Nullable String webPushKey)
    implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(OpenProviders.class.getName());

  static OpenProviders open(PushVendors vendors, Ticker ticker, WallClock clock) {
    vendors.notices().forEach(LOG::warning);
    List<PushProvider> providers = new ArrayList<>();
    String key = null;
    if (vendors.webPush() != null) {
      providers.add(new WebPushProvider(vendors.webPush(), clock, Threads.named("webpush")));
      key = vendors.webPush().keys().publicText();
    }
    if (vendors.fcm() != null) {
      providers.add(new FcmProvider(vendors.fcm(), ticker, clock, Threads.named("fcm")));
    }
    if (vendors.apns() != null) {
      providers.add(new ApnsProvider(vendors.apns(), clock, Threads.named("apns")));
    }
    if (vendors.oneSignal() != null) {
      providers.add(new OneSignalProvider(vendors.oneSignal(), clock, Threads.named("onesignal")));
    }
    if (!providers.isEmpty()) {
      LOG.info(() -> "push: " + providers.stream().map(each -> each.service().word()).toList());
    }
    return new OpenProviders(new EnabledServices(providers), key);
  }

  @Override
  public void close() {
    services.all().forEach(PushProvider::close);
  }
}
