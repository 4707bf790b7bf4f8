package io.broadcasty.session;

import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.protocol.PushJson;
import io.broadcasty.push.Notification;
import io.broadcasty.push.PushAnswer;
import io.broadcasty.push.PushService;
import io.broadcasty.push.Urgency;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Maps between the protocol's messages and those of push, the same for every transport. */
public final class PushProtocol {

  private PushProtocol() {}

  /** Converts a client's message to a notification. */
  public static Notification notification(PushJson.Message read) throws ProblemException {
    Urgency urgency = read.urgency() == null ? Urgency.NORMAL : Urgency.of(read.urgency());
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
  public static @Nullable Problem problem(PushAnswer answer) {
    if (answer instanceof PushAnswer.Off off) {
      return Problem.of(Code.PUSH_OFF, off(off));
    }
    if (answer instanceof PushAnswer.Denied denied) {
      return Problem.of(Code.FORBIDDEN, denied.what());
    }
    if (answer instanceof PushAnswer.Invalid invalid) {
      return Problem.of(Code.INVALID_REQUEST, invalid.what());
    }
    if (answer instanceof PushAnswer.Throttled throttled) {
      return Answers.throttled(throttled.verdict());
    }
    if (answer instanceof PushAnswer.OverQuota over) {
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
    if (answer instanceof PushAnswer.TooLarge large) {
      return Problem.of(
          Code.PAYLOAD_TOO_LARGE,
          "the notification is "
              + large.excessBytes()
              + " bytes longer than "
              + large.service().word()
              + " allows; shorten `body` or `data`");
    }
    if (answer instanceof PushAnswer.NoDevice) {
      return Problem.of(
          Code.NO_DEVICE,
          "none of the users and devices in `to` has registered for push, or not for a service that"
              + " is enabled here");
    }
    if (answer instanceof PushAnswer.TooManyDevices many) {
      return Problem.of(
          Code.TOO_MANY_ITEMS,
          "this notification would go to more than "
              + many.limit()
              + " devices; split its recipients");
    }
    return answer instanceof PushAnswer.Unknown
        ? Problem.of(
            Code.NOT_FOUND,
            "there is no device or notification with this id, or it has been deleted")
        : null;
  }

  private static String off(PushAnswer.Off off) {
    PushService service = off.service();
    if (service == null) {
      return "no push service is configured here (broadcasty.push.*)";
    }
    return "`"
        + service.word()
        + "` is not configured here; enabled: "
        + off.enabled().stream().map(PushService::word).collect(Collectors.joining(", "));
  }
}
