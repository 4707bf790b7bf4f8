package io.broadcasty.mirror;

import io.broadcasty.broker.Archive;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.Turn;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.tenant.TenantId;
import io.broadcasty.time.Ticker;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node's mirroring broker whose copier runs a round when the test asks for it. */
final class MirrorNode {

  private static final TenantId ACME = new TenantId("acme");

  final Copier copier;
  final MirroredBroker broker;

  MirrorNode(Broker streams, Archive archive, Ticker ticker, Turn turn, String... patterns) {
    GuardedArchive guarded = new GuardedArchive(archive, ticker);
    MirroredChannels mirrored =
        new MirroredChannels(List.of(patterns).stream().map(ChannelPattern::parse).toList());
    copier =
        new Copier(
            streams,
            guarded,
            mirrored,
            (pattern, after, limit) -> channels(streams, pattern, after, limit),
            turn,
            ticker);
    broker =
        new MirroredBroker(
            streams,
            mirrored,
            copier,
            new LongReplay(guarded),
            ticker,
            never -> new Thread(() -> {}));
  }

  private static List<TenantChannel> channels(
      Broker streams, ChannelPattern pattern, @Nullable TenantChannel after, int limit) {
    return streams.channels(ACME, pattern, Integer.MAX_VALUE).stream()
        .map(name -> new TenantChannel(ACME, name))
        .filter(channel -> after == null || channel.name().compareTo(after.name()) > 0)
        .limit(limit)
        .toList();
  }
}
