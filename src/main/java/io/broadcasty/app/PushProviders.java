package io.broadcasty.app;

import io.broadcasty.config.PushVendors;
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

/** Opens the push services that are configured. */
final class PushProviders {

  private static final Logger LOG = Logger.getLogger(PushProviders.class.getName());

  private PushProviders() {}

  /** The providers, each to be closed by whoever asked for them. */
  static List<PushProvider> open(PushVendors vendors, Ticker ticker, WallClock clock) {
    vendors.notices().forEach(LOG::warning);
    List<PushProvider> providers = new ArrayList<>();
    if (vendors.webPush() != null) {
      providers.add(new WebPushProvider(vendors.webPush(), clock, Threads.named("webpush")));
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
    LOG.info(() -> "push: " + providers.stream().map(p -> p.service().word()).toList());
    return providers;
  }
}
