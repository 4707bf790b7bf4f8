package io.broadcasty.server.stores;

import io.broadcasty.core.time.WallClock;
import io.broadcasty.relay.Checkpoints;
import io.broadcasty.streams.broker.ChannelDirectory;
import io.broadcasty.streams.broker.LeaderLock;
import java.util.function.Function;

/**
 * What relays store beside the streams. Each relay has a name; that of the relay to providers is
 * empty.
 *
 * @param checkpoints returns those of a relay, shared by the nodes that share the streams
 * @param clock that of the store which keeps the streams and the checkpoints
 * @param directory lists the channels of the streams
 * @param leaderLocks returns what elects the node that scans for publications another node has left
 *     unrelayed
 */
record RelayStores(
    Function<String, Checkpoints> checkpoints,
    WallClock clock,
    ChannelDirectory directory,
    Function<String, LeaderLock> leaderLocks) {}
