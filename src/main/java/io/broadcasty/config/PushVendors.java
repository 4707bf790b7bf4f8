package io.broadcasty.config;

import io.broadcasty.push.apns.ApnsSettings;
import io.broadcasty.push.fcm.FcmSettings;
import io.broadcasty.push.onesignal.OneSignalSettings;
import io.broadcasty.push.webpush.WebPushSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The push services that are on; null for one that is off.
 *
 * @param notices what operators should be told though it is no fault
 */
public record PushVendors(
    @Nullable WebPushSettings webPush,
    @Nullable FcmSettings fcm,
    @Nullable ApnsSettings apns,
    @Nullable OneSignalSettings oneSignal,
    List<String> notices) {

  public PushVendors {
    notices = List.copyOf(notices);
  }
}
