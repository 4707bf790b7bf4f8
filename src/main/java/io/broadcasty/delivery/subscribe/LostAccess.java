package io.broadcasty.delivery.subscribe;

import io.broadcasty.core.channel.ChannelName;
import java.util.List;

/**
 * What a connection does not get any more after a refresh with a token that allows less.
 *
 * @param targets the targets that were ended, and the channels that are not delivered any more
 *     although their pattern is
 * @param members the channels that are still delivered, and whose members are not watched any more
 */
public record LostAccess(List<String> targets, List<ChannelName> members) {

  public LostAccess {
    targets = List.copyOf(targets);
    members = List.copyOf(members);
  }
}
