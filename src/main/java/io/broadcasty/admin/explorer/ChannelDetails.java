package io.broadcasty.admin.explorer;

import io.broadcasty.streams.broker.StreamState;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * One channel as administrators see it.
 *
 * @param partitions the state of each partition
 * @param subscribers how many subscribers it has on each node that has some
 * @param missing the nodes that did not answer, whose subscribers are not counted
 */
public record ChannelDetails(
    List<StreamState> partitions,
    SortedMap<String, Integer> subscribers,
    SortedSet<String> missing) {}
