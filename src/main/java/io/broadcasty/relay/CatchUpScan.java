package io.broadcasty.relay;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.ChannelDirectory;
import io.broadcasty.streams.broker.LeaderLock;
import io.broadcasty.streams.broker.Position;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds channels whose streams are ahead of their checkpoint and that no node has queued, because
 * the node was killed or its queue was full. For one thread.
 */
final class CatchUpScan {

  private static final System.Logger LOG = System.getLogger(CatchUpScan.class.getName());
  private static final Duration SCAN_INTERVAL = Duration.ofMinutes(1);
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);
  private static final int PAGE = 500;

  private final Broker streams;
  private final Predicate<TenantChannel> relayed;
  private final Checkpoints checkpoints;
  private final ChannelDirectory directory;
  private final LeaderLock leaderLock;
  private final RelayQueue queue;
  private final Ticker ticker;
  private long nextNanos;

  /**
   * Whether to scan regardless of other nodes: at the start, and after channels did not fit or
   * could not be read.
   */
  private boolean scanNow = true;

  CatchUpScan(
      Broker streams,
      Predicate<TenantChannel> relayed,
      Checkpoints checkpoints,
      ChannelDirectory directory,
      LeaderLock leaderLock,
      RelayQueue queue,
      Ticker ticker) {
    this.streams = streams;
    this.relayed = relayed;
    this.checkpoints = checkpoints;
    this.directory = directory;
    this.leaderLock = leaderLock;
    this.queue = queue;
    this.ticker = ticker;
    this.nextNanos = ticker.readNanos();
  }

  /** Scans if it is due. */
  void scanIfDue() {
    scanNow |= queue.takeOverflow();
    if (ticker.readNanos() - nextNanos < 0) {
      return;
    }
    nextNanos = ticker.readNanos() + RETRY_DELAY.toNanos();
    try {
      if (scanNow) {
        scanNow = false;
        scanWhole();
      } else {
        leaderLock.runIfAcquired(this::scanWhole);
      }
      nextNanos = ticker.readNanos() + SCAN_INTERVAL.toNanos();
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Scan for unrelayed channels ended early; it will be tried again", e);
    }
  }

  private void scanWhole() {
    try {
      scan();
    } catch (RuntimeException e) {
      scanNow = true;
      throw e;
    }
  }

  private void scan() {
    for (ChannelName.Kind kind : ChannelName.Kind.values()) {
      ChannelPattern pattern = new ChannelPattern(kind.prefix());
      TenantChannel last = null;
      List<TenantChannel> page;
      do {
        page = directory.channels(pattern, last, PAGE);
        if (!page.isEmpty()) {
          last = page.get(page.size() - 1);
          scanPage(page.stream().filter(relayed).toList());
        }
      } while (page.size() == PAGE);
    }
  }

  /** Scans a page; one that cannot be read is scanned later, after the others. */
  private void scanPage(List<TenantChannel> channels) {
    try {
      scan(channels);
    } catch (BrokerException e) {
      scanNow = true;
      LOG.log(Level.DEBUG, "Some channels cannot be scanned; it will be tried again", e);
    }
  }

  /**
   * Marks those of the channels that are behind; a channel that cannot be read is scanned later.
   */
  private void scan(List<TenantChannel> channels) {
    if (channels.isEmpty()) {
      return;
    }
    Map<TenantChannel, List<Position>> heads = streams.heads(channels);
    Map<TenantChannel, Map<Integer, Position>> saved = checkpoints.read(channels);
    for (TenantChannel channel : channels) {
      List<Position> head = heads.get(channel);
      Map<Integer, Position> known = saved.get(channel);
      if (head == null || known == null) {
        scanNow = true;
      } else if (head.stream().anyMatch(each -> isBehind(known.get(each.partition()), each))) {
        queue.markAll(channel);
      }
    }
  }

  private static boolean isBehind(@Nullable Position known, Position head) {
    return known == null
        || !known.epoch().equals(head.epoch())
        || known.sequence() < head.sequence();
  }
}
