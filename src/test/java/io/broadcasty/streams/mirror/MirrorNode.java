package io.broadcasty.streams.mirror;

import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.ChannelSettingsLookup;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.LeaderLock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node's mirroring broker whose copier runs a round when the test asks for it. */
final class MirrorNode {

  private static final TenantId ACME = new TenantId("acme");

  final ArchiveCopier copier;
  final MirroredBroker broker;

  MirrorNode(
      Broker streams, Archive archive, Ticker ticker, LeaderLock leaderLock, String... patterns) {
    this(
        streams,
        archive,
        ticker,
        leaderLock,
        new MirroredChannels(
            List.of(patterns).stream().map(ChannelPattern::parse).toList(),
            ChannelSettingsLookup.NONE));
  }

  MirrorNode(
      Broker streams,
      Archive archive,
      Ticker ticker,
      LeaderLock leaderLock,
      ChannelSettingsLookup policies) {
    this(streams, archive, ticker, leaderLock, new MirroredChannels(List.of(), policies));
  }

  private MirrorNode(
      Broker streams,
      Archive archive,
      Ticker ticker,
      LeaderLock leaderLock,
      MirroredChannels mirrored) {
    CircuitBreakingArchive guarded = new CircuitBreakingArchive(archive, ticker);
    copier =
        new ArchiveCopier(
            streams,
            guarded,
            mirrored,
            (pattern, after, limit) -> channels(streams, pattern, after, limit),
            leaderLock,
            ticker);
    broker =
        new MirroredBroker(
            streams,
            guarded,
            mirrored,
            copier,
            new ArchiveReplay(guarded),
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
