package io.broadcasty.admin.events;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.admin.events.AdminEvent.ChannelChanged;
import io.broadcasty.core.lifecycle.ChannelEvent;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The latest events of this node's channels, kept for the nodes that have readers. Nothing is kept
 * unless somebody has read lately.
 */
@ThreadSafe
final class EventLog implements RealtimeListener {

  static final int KEPT = 2000;

  /** How long events are kept after the last read. */
  static final Duration WATCHED_FOR = Duration.ofSeconds(30);

  private final Ticker ticker;

  @GuardedBy("this")
  private final ArrayDeque<ChannelChanged> events = new ArrayDeque<>();

  /** The number of the latest event; each has one more than the one before. */
  @GuardedBy("this")
  private long number;

  @GuardedBy("this")
  private boolean watched;

  @GuardedBy("this")
  private long readNanos;

  EventLog(Ticker ticker) {
    this.ticker = ticker;
  }

  /**
   * Some events.
   *
   * @param number that of the latest event, after which the next read goes on
   * @param missed whether events before these are not kept any more, or there were too many
   */
  record Page(long number, boolean missed, List<ChannelChanged> events) {}

  @Override
  public void onOccupied(ChannelEvent.Occupied event) {
    add(new ChannelChanged(event.channel(), true));
  }

  @Override
  public void onVacated(ChannelEvent.Vacated event) {
    add(new ChannelChanged(event.channel(), false));
  }

  private synchronized void add(ChannelChanged event) {
    if (!watched) {
      return;
    }
    if (ticker.readNanos() - readNanos > WATCHED_FOR.toNanos()) {
      watched = false;
      number += 1; // whoever reads again finds out that it has missed something
      events.clear();
      return;
    }
    number++;
    events.add(event);
    if (events.size() > KEPT) {
      events.remove();
    }
  }

  /**
   * Reads the events after a number, and has those to come kept.
   *
   * @param after null to begin with what comes
   * @param tenants whose events; null for all
   * @param limit how many at most
   */
  synchronized Page read(@Nullable Long after, @Nullable Set<TenantId> tenants, int limit) {
    watched = true;
    readNanos = ticker.readNanos();
    if (after == null || after > number) {
      return new Page(number, after != null, List.of());
    }
    long first = number - events.size() + 1;
    boolean missed = after + 1 < first;
    List<ChannelChanged> found = new ArrayList<>();
    long each = first;
    for (ChannelChanged event : events) {
      if (each++ > after && (tenants == null || tenants.contains(event.channel().tenant()))) {
        if (found.size() == limit) {
          missed = true;
          break;
        }
        found.add(event);
      }
    }
    return new Page(number, missed, found);
  }
}
