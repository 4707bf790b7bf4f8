package io.broadcasty.push.device;

import org.jspecify.annotations.Nullable;

/**
 * The address by which a push service reaches one device.
 *
 * <p>It is a secret: anyone who has it may send to the device, so it appears in no log and no
 * message.
 *
 * @param token the endpoint of a Web Push subscription, the registration token of FCM, the device
 *     token of APNs, the subscription id of OneSignal
 * @param publicKey of a Web Push subscription, {@code p256dh} in base64url; null for the others
 * @param authSecret of a Web Push subscription, {@code auth} in base64url; null for the others
 */
public record DeviceAddress(
    PushService service, String token, @Nullable String publicKey, @Nullable String authSecret) {

  @Override
  public String toString() {
    return service.name() + " device";
  }
}
