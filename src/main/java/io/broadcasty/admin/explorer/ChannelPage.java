package io.broadcasty.admin.explorer;

import io.broadcasty.core.channel.ChannelName;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * A page of channels, in order of name.
 *
 * @param channels fewer than the search's limit where others were of another kind
 * @param next the channel after which the next page begins; null at the end
 * @param missing the nodes that did not answer, whose subscribers are not counted
 */
public record ChannelPage(
    List<ExploredChannel> channels, @Nullable ChannelName next, SortedSet<String> missing) {}
