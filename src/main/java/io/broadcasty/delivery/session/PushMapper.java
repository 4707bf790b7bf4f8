package io.broadcasty.delivery.session;

import io.broadcasty.push.PushResult;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.Urgency;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PushReader;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Maps between the protocol's messages and those of push, the same for every transport. */
public final class PushMapper {

  private PushMapper() {}

  /** Converts a client's message to a notification. */
  public static Notification notification(PushReader.NotificationContent read)
      throws ProblemException {
    Urgency urgency =
        read.urgency() == null ? Urgency.NORMAL : Urgency.fromWireName(read.urgency());
    if (urgency == null) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`notification.urgency` must be very-low, low, normal or high");
    }
    return new Notification(
        read.title(),
        read.body(),
        read.url(),
        read.data(),
        Duration.ofSeconds(read.ttlSeconds()),
        urgency,
        read.collapseKey());
  }

  /** Returns the problem of an answer of push; null for a success. */
  public static @Nullable Problem problem(PushResult answer) {
    if (answer instanceof PushResult.Disabled off) {
      return Problem.of(Code.PUSH_OFF, off(off));
    }
    if (answer instanceof PushResult.Denied denied) {
      return Problem.of(Code.FORBIDDEN, denied.requirement());
    }
    if (answer instanceof PushResult.Invalid invalid) {
      return Problem.of(Code.INVALID_REQUEST, invalid.reason());
    }
    if (answer instanceof PushResult.Throttled throttled) {
      return ProblemMapper.throttled(throttled.verdict());
    }
    if (answer instanceof PushResult.OverQuota over) {
      return new Problem(
          Code.PUSH_QUOTA,
          "this tenant may send "
              + over.quotaPerDay()
              + " notifications a day (UTC) and has sent "
              + over.used()
              + "; this send has "
              + over.devices(),
          over.retryAfter());
    }
    if (answer instanceof PushResult.TooLarge large) {
      return Problem.of(
          Code.PAYLOAD_TOO_LARGE,
          "the notification is "
              + large.excessBytes()
              + " bytes longer than "
              + large.service().name()
              + " allows; shorten `body` or `data`");
    }
    if (answer instanceof PushResult.NoDevice) {
      return Problem.of(
          Code.NO_DEVICE,
          "none of the users and devices in `to` has registered for push, or not for a service that"
              + " is enabled here");
    }
    if (answer instanceof PushResult.TooManyDevices many) {
      return Problem.of(
          Code.TOO_MANY_ITEMS,
          "this notification would go to more than "
              + many.limit()
              + " devices; split its recipients");
    }
    return answer instanceof PushResult.NotFound
        ? Problem.of(
            Code.NOT_FOUND,
            "there is no device or notification with this id, or it has been deleted")
        : null;
  }

  private static String off(PushResult.Disabled off) {
    PushService service = off.service();
    if (service == null) {
      return "no push service is configured here (broadcasty.push.*)";
    }
    return "`"
        + service.name()
        + "` is not configured here; enabled: "
        + off.enabled().stream().map(PushService::name).collect(Collectors.joining(", "));
  }
}
