package io.broadcasty.rbac;

import io.broadcasty.auth.Caller;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.ChannelPattern;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The one place where channel permissions are asked for. Wraps the {@link PolicyResolver} so that
 * its faults count as "no".
 */
public final class Policy {

  private static final Logger LOG = Logger.getLogger(Policy.class.getName());
  private static final int MAX_PARTITIONS = 1024;

  private final PolicyResolver resolver;

  public Policy(PolicyResolver resolver) {
    this.resolver = resolver;
  }

  /** Whether the caller may do this on a channel of its own tenant. */
  public boolean allows(Caller caller, ChannelName channel, Action action) {
    return authorize(caller, channel.value(), action);
  }

  /**
   * Whether the caller may ask for the pattern at all; each matching channel is asked for on its
   * own as well.
   */
  public boolean allows(Caller caller, ChannelPattern pattern, Action action) {
    return authorize(caller, pattern.toString(), action);
  }

  /** How many partitions the channel has: what the resolver says, kept within 1 to 1024. */
  public int partitions(Caller caller, ChannelName channel) {
    try {
      int partitions = resolver.partitions(caller.tenant().value(), channel.value());
      return Math.max(1, Math.min(MAX_PARTITIONS, partitions));
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the policy resolver failed to tell partitions; 1 is assumed", e);
      return 1;
    }
  }

  private boolean authorize(Caller caller, String channel, Action action) {
    try {
      return resolver.authorize(
          caller.tenant().value(), channel, caller.subject(), caller.roles(), action);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the policy resolver failed; the action is denied", e);
      return false;
    }
  }
}
