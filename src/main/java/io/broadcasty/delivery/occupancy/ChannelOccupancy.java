package io.broadcasty.delivery.occupancy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.BackgroundLoop;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent.Occupied;
import io.broadcasty.core.lifecycle.ChannelEvent.Vacated;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.delivery.occupancy.OccupancyChange.Kind;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Notifies the listener when a channel gets its first subscriber in the cluster and when its last
 * has left: once for all nodes that share a store, on the node whose change caused it, and
 * alternating for a channel. A change of this node's subscribers only {@link #markChanged marks}
 * the channel. One thread checks the marked channels regularly, reports their state to the store in
 * batches, and notifies according to the store's answers. While the store does not answer, only the
 * latest state is kept and reported once it does.
 *
 * <p>A node that dies between a change and its notification loses the event.
 */
@ThreadSafe
public final class ChannelOccupancy implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(ChannelOccupancy.class.getName());
  private static final String NAME = "occupancy";
  private static final int BATCH_SIZE = 500;
  private static final long RETRY_MILLIS = 250;
  private static final long STOP_MILLIS = 3000;

  /** Loaded with this class: a node may need it first when its server no longer loads classes. */
  private static final Function<TenantChannel, Vacated> VACATED = Vacated::new;

  private final String self;
  private final OccupancyStore store;
  private final Predicate<TenantChannel> hasSubscribers;
  private final RealtimeListener listener;
  private final OccupancyTiming timing;
  private final Ticker ticker;
  private final FailureLog failures;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final BackgroundLoop loop;

  private final Set<TenantChannel> marked = ConcurrentHashMap.newKeySet();

  /** Whether the store may have lost reported changes. */
  private volatile boolean uncertain;

  @ConfinedTo("the thread of this class")
  private final ReportedChannels reported;

  @ConfinedTo("the thread of this class")
  private final DeadNodes deadNodes;

  @ConfinedTo("the thread of this class")
  private final Map<TenantChannel, Long> lingering = new LinkedHashMap<>();

  @ConfinedTo("the thread of this class")
  private final Map<Slot, OccupancyChange> unanswered = new LinkedHashMap<>();

  @ConfinedTo("the thread of this class")
  private long number;

  @ConfinedTo("the thread of this class")
  private boolean failing;

  @ConfinedTo("the thread of this class")
  private boolean ending;

  /** The changes to report in this round. */
  @ConfinedTo("the thread of this class")
  private final ArrayDeque<OccupancyChange> changesToReport = new ArrayDeque<>();

  /** Identifies a change that waits for its answer; each slot has one at a time. */
  private record Slot(TenantChannel channel, String node, boolean telling) {
    static Slot of(OccupancyChange change) {
      return new Slot(change.channel(), change.node(), change.kind() == Kind.TOLD_VACATED);
    }
  }

  /**
   * Starts the thread.
   *
   * @param self this node's name, which no other has or had
   * @param store closed with this
   * @param hasSubscribers returns whether a channel has subscribers on this node now
   */
  public ChannelOccupancy(
      String self,
      OccupancyStore store,
      Predicate<TenantChannel> hasSubscribers,
      RealtimeListener listener,
      OccupancyTiming timing,
      Ticker ticker,
      BackgroundLoops loops) {
    this.self = self;
    this.store = store;
    this.hasSubscribers = hasSubscribers;
    this.listener = listener;
    this.timing = timing;
    this.ticker = ticker;
    this.failures = new FailureLog(LOG, Level.WARNING, "Reporting occupied channels", ticker);
    this.reported = new ReportedChannels(timing, ticker);
    this.deadNodes = new DeadNodes(store, ticker);
    this.loop = loops.start(NAME, new Work());
  }

  /**
   * Marks a channel whose first subscriber on this node may have come, or whose last may have left;
   * its state is checked later. Never blocks.
   */
  public void markChanged(TenantChannel channel) {
    marked.add(channel);
  }

  /**
   * Removes a dead node's subscribers from the store. Blocks until the store has confirmed it, for
   * some seconds at most. Idempotent.
   *
   * @throws OccupancyException when it is not finished, in which case it continues, or when the
   *     node has reported since; call again if the node is dead nevertheless
   */
  public void removeNode(String node) {
    if (!node.equals(self)) {
      deadNodes.removeAndWait(node);
    }
  }

  /** Reports this node's channels again, since others may have considered it dead. */
  public void reportAgain() {
    uncertain = true;
  }

  /** Withdraws this node's channels from the store, and notifies accordingly. */
  @Override
  public void close() {
    closing.countDown();
    loop.close();
    if (!loop.join(STOP_MILLIS)) {
      LOG.log(
          Level.DEBUG,
          "This node could not sign off in time; others will notice when its lease expires");
    }
    deadNodes.close();
    store.close();
  }

  private final class Work implements BackgroundLoop.Work {
    @Override
    public boolean runRound() throws InterruptedException {
      long pause = failing ? RETRY_MILLIS : timing.round().toMillis();
      boolean last = closing.await(pause, TimeUnit.MILLISECONDS);
      changesToReport.clear();
      changesToReport.addAll(unanswered.values());
      reportAllAgainIfUncertain();
      checkMarked();
      if (last) {
        leaveAll();
      } else {
        leaveAfterLinger();
        leaveForDeadNodes();
        reported.dueForRenewal().forEach(channel -> reportUnlessPending(channel, Kind.RENEW));
      }
      reportAll();
      if (!failing) {
        releaseLeft(last);
      }
      return !last;
    }

    @Override
    public void onError(Throwable error) {
      uncertain = true;
    }
  }

  private void checkMarked() {
    for (Iterator<TenantChannel> each = marked.iterator(); each.hasNext(); ) {
      TenantChannel channel = each.next();
      each.remove(); // first: later changes mark it again
      checkChannel(channel);
    }
  }

  private void checkChannel(TenantChannel channel) {
    if (ending || unanswered.containsKey(new Slot(channel, self, false))) {
      return; // a pending change is checked again when it is answered
    }
    if (hasSubscribers.test(channel)) {
      lingering.remove(channel);
      if (reported.add(channel)) {
        report(channel, Kind.OCCUPY);
      }
    } else if (reported.contains(channel)) {
      lingering.putIfAbsent(channel, ticker.readNanos() + timing.linger().toNanos());
    }
  }

  private void leaveAfterLinger() {
    long now = ticker.readNanos();
    List<TenantChannel> due = new ArrayList<>();
    for (Map.Entry<TenantChannel, Long> each : lingering.entrySet()) {
      if (each.getValue() - now > 0) {
        break; // they are in order
      }
      due.add(each.getKey());
    }
    for (TenantChannel channel : due) {
      lingering.remove(channel);
      leave(channel);
    }
  }

  private void leave(TenantChannel channel) {
    if (hasSubscribers.test(channel)) {
      checkChannel(channel);
    } else if (!unanswered.containsKey(new Slot(channel, self, false))
        && reported.contains(channel)) {
      report(channel, Kind.LEAVE);
    }
  }

  private void leaveAll() {
    ending = true;
    lingering.clear();
    for (TenantChannel channel : reported.channels()) {
      if (!unanswered.containsKey(new Slot(channel, self, false))) {
        report(channel, Kind.LEAVE);
      }
    }
  }

  private void reportAllAgainIfUncertain() {
    if (uncertain && !failing) {
      uncertain = false;
      reported.channels().forEach(channel -> reportUnlessPending(channel, Kind.OCCUPY_AGAIN));
      reported.left().forEach(channel -> reportUnlessPending(channel, Kind.LEAVE_AGAIN));
    }
  }

  private void reportUnlessPending(TenantChannel channel, Kind kind) {
    if (!unanswered.containsKey(new Slot(channel, self, false))) {
      report(channel, kind);
    }
  }

  private void report(TenantChannel channel, Kind kind) {
    put(new OccupancyChange(channel, self, kind, ++number));
  }

  private void leaveForDeadNodes() {
    try {
      for (TenantChannel channel : deadNodes.next(BATCH_SIZE)) {
        put(
            new OccupancyChange(
                channel, deadNodes.node(), Kind.LEAVE, ++number, deadNodes.sinceNanos()));
      }
    } catch (OccupancyException e) {
      failures.recordFailure(e);
    }
  }

  private void put(OccupancyChange change) {
    if (unanswered.putIfAbsent(Slot.of(change), change) == null) {
      changesToReport.add(change);
    }
  }

  /** Reports all changes, and those that follow from the answers. */
  private void reportAll() {
    while (!changesToReport.isEmpty()) {
      List<OccupancyChange> batch = new ArrayList<>();
      while (batch.size() < BATCH_SIZE && !changesToReport.isEmpty()) {
        batch.add(changesToReport.remove());
      }
      Map<OccupancyChange, OccupancyAnswer> answers = report(batch);
      for (OccupancyChange change : batch) {
        OccupancyAnswer answer = answers.get(change);
        if (answer != null && answer != OccupancyAnswer.WAIT) {
          unanswered.remove(Slot.of(change));
          answered(change, answer);
        }
      }
      if (failing) {
        return;
      }
    }
  }

  private Map<OccupancyChange, OccupancyAnswer> report(List<OccupancyChange> batch) {
    Map<OccupancyChange, OccupancyAnswer> answers = Map.of();
    try {
      answers = store.apply(batch);
      if (answers.size() < batch.size()) {
        throw new OccupancyException("the store did not answer some of the changes", null);
      }
      failing = false;
      failures.recordSuccess();
    } catch (OccupancyException e) {
      failing = true;
      uncertain = true; // once it answers again
      failures.recordFailure(e);
    }
    return answers;
  }

  private void answered(OccupancyChange change, OccupancyAnswer answer) {
    TenantChannel channel = change.channel();
    if (answer == OccupancyAnswer.OCCUPIED) {
      listener.onOccupied(new Occupied(channel));
    } else if (answer == OccupancyAnswer.VACATED) {
      listener.onVacated(VACATED.apply(channel));
      put(new OccupancyChange(channel, self, Kind.TOLD_VACATED, change.number()));
    }
    if (!change.node().equals(self)) {
      deadNodes.recordLeft(channel, answer != OccupancyAnswer.RETURNED);
    } else if (change.kind() != Kind.TOLD_VACATED) {
      if (change.kind() == Kind.LEAVE) {
        reported.remove(channel);
      }
      checkChannel(channel);
    }
  }

  private void releaseLeft(boolean all) {
    try {
      List<TenantChannel> left = reported.takeLeft(all);
      if (!left.isEmpty()) {
        store.release(self, left);
      }
      deadNodes.releaseLeft();
    } catch (OccupancyException e) {
      failures.recordFailure(e);
    }
  }
}
