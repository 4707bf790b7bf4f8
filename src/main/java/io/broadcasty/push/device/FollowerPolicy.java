package io.broadcasty.push.device;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a device may get the notifications of a topic that it follows.
 *
 * <p>The policy is asked anew with the roles of the device's last {@link Confirmation}. One that is
 * too old proves no roles: then private topics and those of presence channels are refused.
 *
 * @param confirmedWithin for how long the roles of a confirmation count
 */
@ThreadSafe
public record FollowerPolicy(Policy policy, Duration confirmedWithin, WallClock clock) {

  /** Returns whether the device may get the topic's notifications now. */
  public boolean allows(TenantId tenant, ChannelName topic, Confirmation confirmation) {
    return refusal(tenant, topic, confirmation) == null;
  }

  /** Returns why the device may not get the topic's notifications; null when it may. */
  public @Nullable String refusal(TenantId tenant, ChannelName topic, Confirmation confirmation) {
    boolean recent = confirmation.atMillis() >= clock.nowMillis() - confirmedWithin.toMillis();
    if (!recent && topic.kind() != ChannelName.Kind.PUBLIC) {
      return "the device has not confirmed in time that it may follow `"
          + topic
          + "` (broadcasty.push.confirmed-within)";
    }
    Set<String> roles = recent ? confirmation.roles() : Set.of();
    return policy.allows(tenant, confirmation.subject(), roles, topic, Action.SUBSCRIBE)
        ? null
        : "the device may not follow `" + topic + "` any more";
  }
}
