package io.broadcasty.admin.explorer;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.streams.broker.Position;
import java.util.List;
import java.util.SortedMap;

/**
 * A channel as administrators see it in a list.
 *
 * @param heads the last position of each partition that has publications
 * @param subscribers how many subscribers it has on each node that has some
 */
public record ExploredChannel(
    ChannelName name, List<Position> heads, SortedMap<String, Integer> subscribers) {}
