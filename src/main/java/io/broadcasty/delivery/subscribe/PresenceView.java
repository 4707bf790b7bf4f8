package io.broadcasty.delivery.subscribe;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.delivery.hub.EncodedPresence;
import io.broadcasty.presence.PresenceException;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.streams.broker.BrokerException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * One connection's view of a channel's members: first a page of them, then the changes that follow
 * it, each once and in order. When changes were left out, it reads and sends the page again.
 */
@ThreadSafe
final class PresenceView {

  /** The number of members that a connection gets without asking for more. */
  static final int PAGE_SIZE = 100;

  private static final System.Logger LOG = System.getLogger(PresenceView.class.getName());
  private static final int MAX_HELD = 64;

  private final TenantChannel channel;
  private final PresenceStore store;
  private final Executor readExecutor;
  private final Executor retryExecutor;
  private final SubscriberConnection subscriber;
  private final BrokerSubscription brokerSubscription;

  @GuardedBy("this")
  private final List<EncodedPresence> held = new ArrayList<>(0);

  @GuardedBy("this")
  private long version;

  @GuardedBy("this")
  private boolean holding = true;

  @GuardedBy("this")
  private boolean closed;

  /**
   * Creates a view that holds changes.
   *
   * @param reading may block on the store
   * @param later runs a short task after a delay
   */
  PresenceView(
      TenantChannel channel,
      PresenceStore store,
      Executor reading,
      Executor later,
      SubscriberConnection subscriber) {
    this.channel = channel;
    this.store = store;
    this.readExecutor = reading;
    this.retryExecutor = later;
    this.subscriber = subscriber;
    this.brokerSubscription =
        new BrokerSubscription(() -> store.follow(channel), () -> store.unfollow(channel));
  }

  /**
   * Reads the first page; holds the changes after it until {@link #start}. May block.
   *
   * @throws BrokerException when the members cannot be read
   */
  PresencePage open() {
    brokerSubscription.followAndWait();
    PresencePage page;
    try {
      page = store.members(channel, null, PAGE_SIZE);
    } catch (PresenceException e) {
      throw new BrokerException("Cannot read members", e);
    }
    synchronized (this) {
      version = page.version();
    }
    return page;
  }

  /** Lets changes through, once the page has been sent. */
  synchronized void start() {
    holding = false;
    List<EncodedPresence> changes = List.copyOf(held);
    held.clear();
    changes.forEach(this::onChange);
  }

  /** Sends or holds a change of members. */
  synchronized void onChange(EncodedPresence change) {
    if (closed) {
      return;
    }
    if (holding) {
      if (held.size() == MAX_HELD) {
        held.remove(0); // leaves a gap in the versions, which triggers another read
      }
      held.add(change);
      return;
    }
    long next = change.change().version();
    if (next == version + 1) {
      version = next;
      subscriber.sendPresence(change);
    } else if (next > version) {
      holding = true;
      scheduleRead(readExecutor);
    }
  }

  void close() {
    synchronized (this) {
      closed = true;
      held.clear();
    }
    brokerSubscription.unfollow();
  }

  private void scheduleRead(Executor on) {
    try {
      on.execute(this::read);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node is stopping", e);
    }
  }

  private void read() {
    PresencePage page;
    try {
      page = store.members(channel, null, PAGE_SIZE);
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "Cannot read members now; retrying", e);
      retryExecutor.execute(() -> scheduleRead(readExecutor));
      return;
    } catch (Error e) {
      subscriber.endWithFailure(e);
      return;
    }
    synchronized (this) {
      if (closed) {
        return;
      }
      version = page.version();
      subscriber.sendPresenceReset(channel.name(), page);
    }
    start();
  }
}
