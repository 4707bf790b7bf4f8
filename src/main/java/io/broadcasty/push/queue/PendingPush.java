package io.broadcasty.push.queue;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.push.device.Audience;
import io.broadcasty.push.provider.Notification;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A push that is sent to the users who have not received a publication in time.
 *
 * @param number its key in the store; 0 before it is stored
 * @param sendId the id of the send that it becomes, derived from the publication's id
 * @param users the addressed users; null for the followers of the channel
 * @param dueAtMillis until when the publication may be delivered, by the wall clock
 */
public record PendingPush(
    long number,
    TenantChannel channel,
    String sendId,
    @Nullable Set<String> users,
    Notification notification,
    long dueAtMillis) {

  public PendingPush {
    users = users == null ? null : Set.copyOf(users);
  }

  /** Returns the users or followers that the push addresses. */
  public Audience audience() {
    return users == null
        ? new Audience(Set.of(), Set.of(), Set.of(channel.name()))
        : new Audience(users, Set.of(), Set.of());
  }
}
