package io.broadcasty.push;

import io.broadcasty.push.device.PushService;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.PushProviders;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks notifications against what push services accept, before they are queued. */
final class NotificationChecks {

  private NotificationChecks() {}

  /** Returns the first refusal by a service that has recipients; null when there is none. */
  static @Nullable PushResult refusalByAny(
      PushProviders services, Set<PushService> used, Notification notification) {
    for (PushProvider provider : services.all()) {
      PushResult refusal =
          used.contains(provider.service()) ? refusal(provider, notification) : null;
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  /**
   * Returns a refusal when no service accepts the notification, so that it can reach nobody,
   * whoever the recipients turn out to be; null when one does.
   */
  static @Nullable PushResult refusalByAll(PushProviders services, Notification notification) {
    PushResult first = null;
    for (PushProvider provider : services.all()) {
      PushResult refusal = refusal(provider, notification);
      if (refusal == null) {
        return null;
      }
      first = first == null ? refusal : first;
    }
    return first;
  }

  private static @Nullable PushResult refusal(PushProvider provider, Notification notification) {
    String objection = provider.objection(notification);
    if (objection != null) {
      return new PushResult.Invalid(objection);
    }
    int excess = provider.excessBytes(notification);
    return excess > 0 ? new PushResult.TooLarge(provider.service(), excess) : null;
  }
}
