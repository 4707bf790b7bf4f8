package io.broadcasty.push;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.auth.Caller;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.time.WallClock;
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
public record PushIfUndelivered(EnabledServices services, PendingPushes pending, WallClock clock) {

  /**
   * What a publisher asks for.
   *
   * @param after how long the publication may take to be delivered
   * @param users the addressed users; null for the followers of the channel
   */
  public record Wish(Duration after, @Nullable Set<String> users, Notification notification) {}

  /**
   * Returns why the push is not possible, to be checked before the publication is made; null when
   * it is possible.
   */
  public @Nullable PushAnswer refusal(Caller caller, Wish request) {
    if (services.isEmpty()) {
      return new PushAnswer.Off(null, services.services());
    }
    if (request.users() != null && !PushRights.overUsers(caller)) {
      return new PushAnswer.Denied("to push to users, " + PushRights.NEEDED);
    }
    if (request.users() != null && request.users().isEmpty()) {
      return new PushAnswer.Invalid(
          "`pushIfUndelivered.users` is empty; leave it out for the followers of the channel");
    }
    for (PushProvider provider : services.all()) {
      int excess = provider.excess(request.notification());
      if (excess > 0) {
        return new PushAnswer.TooLarge(provider.service(), excess);
      }
    }
    return null;
  }

  /**
   * Stores the push for a publication that was made; repeating it for the same publication does
   * nothing.
   *
   * @param publicationId its idempotency id
   * @return the id under which the status of the push can be queried
   */
  public String arrange(Caller caller, ChannelName channel, String publicationId, Wish request) {
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
