package io.broadcasty.push;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.queue.PendingPush;
import io.broadcasty.push.queue.PendingPushes;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The use case "push if undelivered": a publication is pushed to the users who do not receive it
 * over a connection in time.
 *
 * <p>The publisher's right to publish to the channel has been checked before. May block on the
 * store and throws its {@link PushStoreException}.
 */
@ThreadSafe
public record PushIfUndelivered(PushProviders services, PendingPushes pending, WallClock clock) {

  /**
   * A publisher's request to push a publication that is not delivered in time.
   *
   * @param after how long the publication may take to be delivered
   * @param users the addressed users; null for the followers of the channel
   */
  public record Request(Duration after, @Nullable Set<String> users, Notification notification) {}

  /**
   * Returns why the push is not possible, to be checked before the publication is made; null when
   * it is possible.
   */
  public @Nullable PushResult refusal(Caller caller, Request request) {
    if (services.isEmpty()) {
      return new PushResult.Disabled(null, services.services());
    }
    if (request.users() != null && !PushRights.mayManageUsers(caller)) {
      return new PushResult.Denied("to push to users, " + PushRights.REQUIRED_ROLES);
    }
    if (request.users() != null && request.users().isEmpty()) {
      return new PushResult.Invalid(
          "`pushIfUndelivered.users` is empty; leave it out for the followers of the channel");
    }
    return NotificationChecks.refusalByAll(services, request.notification());
  }

  /**
   * Stores the push for a publication that was made; repeating it for the same publication does
   * nothing.
   *
   * @param publicationId its idempotency id
   * @return the id under which the status of the push can be queried
   */
  public String schedule(
      Caller caller, ChannelName channel, String publicationId, Request request) {
    String sendId = sendId(channel, publicationId);
    pending.add(
        new PendingPush(
            0,
            new TenantChannel(caller.tenant(), channel),
            sendId,
            request.users(),
            request.notification(),
            clock.nowMillis() + request.after().toMillis()));
    return sendId;
  }

  private static String sendId(ChannelName channel, String publicationId) {
    // a channel's name has no blank, so no two pairs make the same text
    String name = channel + " " + publicationId;
    return "undelivered-" + UUID.nameUUIDFromBytes(name.getBytes(UTF_8));
  }
}
