package io.broadcasty.occupancy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.background.BackgroundLoop;
import io.broadcasty.background.BackgroundLoops;
import io.broadcasty.background.FailureLog;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.lifecycle.ChannelEvent.Occupied;
import io.broadcasty.lifecycle.ChannelEvent.Vacated;
import io.broadcasty.lifecycle.RealtimeListener;
import io.broadcasty.occupancy.OccupancyChange.Kind;
import io.broadcasty.time.Ticker;
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
 * alternating for a channel. A change of this node's subscribers only {@link #changed marks} the
 * channel. One thread checks the marked channels regularly, reports their state to the store in
 * batches, and notifies according to the store's answers. While the store does not answer, only the
 * latest state is kept and reported once it does.
 *
 * <p>A node that dies between a change and its notification loses the event.
 */
@ThreadSafe
public final class ChannelOccupancy implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(ChannelOccupancy.class.getName());
  private static final String NAME = "occupancy";
  private static final int AT_ONCE = 500;
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
  private volatile boolean doubtful;

  // used only by the loop's thread
  private final Held held;
  private final GoneNodes gone;
  private final Map<TenantChannel, Long> lingering = new LinkedHashMap<>();
  private final Map<Slot, OccupancyChange> unanswered = new LinkedHashMap<>();
  private long number;
  private boolean failing;
  private boolean ending;

  /** The changes to report in this round. */
  private final ArrayDeque<OccupancyChange> toSay = new ArrayDeque<>();

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
    this.failures =
        new FailureLog(LOG, Level.WARNING, "saying which channels have subscribers", ticker);
    this.held = new Held(timing, ticker);
    this.gone = new GoneNodes(store, ticker);
    this.loop = loops.start(NAME, new Work());
  }

  /**
   * Marks a channel whose first subscriber on this node may have come, or whose last may have left;
   * its state is checked later. Never blocks.
   */
  public void changed(TenantChannel channel) {
    marked.add(channel);
  }

  /**
   * Removes a dead node's subscribers from the store. Blocks until the store has confirmed it, for
   * some seconds at most. Idempotent.
   *
   * @throws OccupancyException when it is not finished, in which case it continues, or when the
   *     node has reported since; call again if the node is dead nevertheless
   */
  public void forget(String node) {
    if (!node.equals(self)) {
      gone.await(node);
    }
  }

  /** Reports this node's channels again, since others may have considered it dead. */
  public void sayAgain() {
    doubtful = true;
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
    gone.close();
    store.close();
  }

  private final class Work implements BackgroundLoop.Work {
    @Override
    public boolean round() throws InterruptedException {
      long pause = failing ? RETRY_MILLIS : timing.round().toMillis();
      boolean last = closing.await(pause, TimeUnit.MILLISECONDS);
      toSay.clear();
      toSay.addAll(unanswered.values());
      sayAllAgainIfDoubtful();
      takeMarked();
      if (last) {
        leaveAll();
      } else {
        leaveAfterLinger();
        leaveForGoneNodes();
        held.due().forEach(channel -> sayUnlessUnderWay(channel, Kind.RENEW));
      }
      sayAll();
      if (!failing) {
        releaseLeft(last);
      }
      return !last;
    }

    @Override
    public void onError(Throwable error) {
      doubtful = true;
    }
  }

  private void takeMarked() {
    for (Iterator<TenantChannel> each = marked.iterator(); each.hasNext(); ) {
      TenantChannel channel = each.next();
      each.remove(); // first: later changes mark it again
      look(channel);
    }
  }

  private void look(TenantChannel channel) {
    if (ending || unanswered.containsKey(new Slot(channel, self, false))) {
      return; // a pending change is checked again when it is answered
    }
    if (hasSubscribers.test(channel)) {
      lingering.remove(channel);
      if (held.add(channel)) {
        say(channel, Kind.OCCUPY);
      }
    } else if (held.contains(channel)) {
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
      look(channel);
    } else if (!unanswered.containsKey(new Slot(channel, self, false)) && held.contains(channel)) {
      say(channel, Kind.LEAVE);
    }
  }

  private void leaveAll() {
    ending = true;
    lingering.clear();
    for (TenantChannel channel : held.channels()) {
      if (!unanswered.containsKey(new Slot(channel, self, false))) {
        say(channel, Kind.LEAVE);
      }
    }
  }

  private void sayAllAgainIfDoubtful() {
    if (doubtful && !failing) {
      doubtful = false;
      held.channels().forEach(channel -> sayUnlessUnderWay(channel, Kind.OCCUPY_AGAIN));
      held.left().forEach(channel -> sayUnlessUnderWay(channel, Kind.LEAVE_AGAIN));
    }
  }

  private void sayUnlessUnderWay(TenantChannel channel, Kind kind) {
    if (!unanswered.containsKey(new Slot(channel, self, false))) {
      say(channel, kind);
    }
  }

  private void say(TenantChannel channel, Kind kind) {
    put(new OccupancyChange(channel, self, kind, ++number));
  }

  private void leaveForGoneNodes() {
    try {
      for (TenantChannel channel : gone.next(AT_ONCE)) {
        put(new OccupancyChange(channel, gone.node(), Kind.LEAVE, ++number, gone.sinceNanos()));
      }
    } catch (OccupancyException e) {
      failures.failed(e);
    }
  }

  private void put(OccupancyChange change) {
    if (unanswered.putIfAbsent(Slot.of(change), change) == null) {
      toSay.add(change);
    }
  }

  /** Reports all changes, and those that follow from the answers. */
  private void sayAll() {
    while (!toSay.isEmpty()) {
      List<OccupancyChange> batch = new ArrayList<>();
      while (batch.size() < AT_ONCE && !toSay.isEmpty()) {
        batch.add(toSay.remove());
      }
      Map<OccupancyChange, OccupancyAnswer> answers = say(batch);
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

  private Map<OccupancyChange, OccupancyAnswer> say(List<OccupancyChange> batch) {
    Map<OccupancyChange, OccupancyAnswer> answers = Map.of();
    try {
      answers = store.apply(batch);
      if (answers.size() < batch.size()) {
        throw new OccupancyException("the store did not answer some of the changes", null);
      }
      failing = false;
      failures.healed();
    } catch (OccupancyException e) {
      failing = true;
      doubtful = true; // once it answers again
      failures.failed(e);
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
      gone.left(channel, answer != OccupancyAnswer.RETURNED);
    } else if (change.kind() != Kind.TOLD_VACATED) {
      if (change.kind() == Kind.LEAVE) {
        held.remove(channel);
      }
      look(channel);
    }
  }

  private void releaseLeft(boolean all) {
    try {
      List<TenantChannel> left = held.takeLeft(all);
      if (!left.isEmpty()) {
        store.release(self, left);
      }
      gone.releaseLeft();
    } catch (OccupancyException e) {
      failures.failed(e);
    }
  }
}
