package io.broadcasty.push;

import io.broadcasty.channel.TenantChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be pushed of a publication to those who have not had it in time.
 *
 * @param number its key in the store; 0 as long as it has none
 * @param sendId the id of the send that it becomes, made of the publication's
 * @param users to whom; null for the followers of the channel
 * @param dueAtMillis until when it may be delivered, by the wall clock
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

  /** The devices that it is for. */
  public Audience audience() {
    return users == null
        ? new Audience(Set.of(), Set.of(), Set.of(channel.name()))
        : new Audience(users, Set.of(), Set.of());
  }
}
