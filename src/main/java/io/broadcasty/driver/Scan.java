package io.broadcasty.driver;

import io.broadcasty.broker.Broker;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.Directory;
import io.broadcasty.broker.Position;
import io.broadcasty.broker.StreamState;
import io.broadcasty.broker.Turn;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.time.Ticker;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Finds channels whose streams are ahead of their checkpoint and that no node has queued, because
 * the node was killed or its queue was full. For one thread.
 */
final class Scan {

  private static final System.Logger LOG = System.getLogger(Scan.class.getName());
  private static final Duration BETWEEN_SCANS = Duration.ofMinutes(1);
  private static final Duration BEFORE_ANOTHER_TRY = Duration.ofSeconds(1);
  private static final int PAGE = 200;

  private final Broker streams;
  private final Checkpoints checkpoints;
  private final Directory directory;
  private final Turn turn;
  private final Agenda agenda;
  private final Ticker ticker;
  private long nextNanos;

  /** Whether to scan regardless of other nodes: at the start, and after channels did not fit. */
  private boolean atOnce = true;

  Scan(
      Broker streams,
      Checkpoints checkpoints,
      Directory directory,
      Turn leaderLock,
      Agenda agenda,
      Ticker ticker) {
    this.streams = streams;
    this.checkpoints = checkpoints;
    this.directory = directory;
    this.turn = leaderLock;
    this.agenda = agenda;
    this.ticker = ticker;
    this.nextNanos = ticker.readNanos();
  }

  /** Scans if it is due. */
  void round() {
    atOnce |= agenda.takeOverflow();
    if (ticker.readNanos() - nextNanos < 0) {
      return;
    }
    nextNanos = ticker.readNanos() + BEFORE_ANOTHER_TRY.toNanos();
    try {
      if (atOnce) {
        scan();
        atOnce = false;
      } else {
        turn.take(this::scan);
      }
      nextNanos = ticker.readNanos() + BETWEEN_SCANS.toNanos();
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Scan for unrelayed channels ended early; it will be tried again", e);
    }
  }

  private void scan() {
    for (ChannelName.Kind kind : ChannelName.Kind.values()) {
      ChannelPattern pattern = new ChannelPattern(kind.prefix());
      TenantChannel last = null;
      List<TenantChannel> page;
      do {
        page = directory.channels(pattern, last, PAGE);
        for (TenantChannel channel : page) {
          if (isBehind(channel)) {
            agenda.look(channel);
          }
          last = channel;
        }
      } while (page.size() == PAGE);
    }
  }

  private boolean isBehind(TenantChannel channel) {
    Map<Integer, Position> relayed = checkpoints.read(channel);
    for (StreamState state : streams.states(channel, 1)) {
      Position known = relayed.get(state.partition());
      if (state.head() > 0
          && (known == null
              || !known.epoch().equals(state.epoch())
              || known.sequence() < state.head())) {
        return true;
      }
    }
    return false;
  }
}
