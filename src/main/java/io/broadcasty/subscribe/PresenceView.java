package io.broadcasty.subscribe;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.hub.EncodedPresence;
import io.broadcasty.presence.PresenceException;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.presence.PresenceStore;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * One connection's view of a channel's members: first a page of them, then the changes that follow
 * it, each once and in order. Where changes were left out, the page is read and handed on anew.
 */
@ThreadSafe
final class PresenceView {

  /** How many members a connection is told of without asking for more. */
  static final int PAGE = 100;

  private static final System.Logger LOG = System.getLogger(PresenceView.class.getName());
  private static final int MAX_HELD = 64;

  private final TenantChannel channel;
  private final PresenceStore store;
  private final Executor reading;
  private final Executor later;
  private final Sink sink;
  private final Interest interest;

  @GuardedBy("this")
  private final List<EncodedPresence> held = new ArrayList<>(0);

  @GuardedBy("this")
  private long version;

  @GuardedBy("this")
  private boolean holding = true;

  @GuardedBy("this")
  private boolean closed;

  /**
   * @param reading may block on the store
   * @param later runs a short task some time later
   */
  PresenceView(
      TenantChannel channel, PresenceStore store, Executor reading, Executor later, Sink sink) {
    this.channel = channel;
    this.store = store;
    this.reading = reading;
    this.later = later;
    this.sink = sink;
    this.interest = new Interest(() -> store.follow(channel), () -> store.unfollow(channel));
  }

  /**
   * Reads the first page; changes after it are held until {@link #start}. May block.
   *
   * @throws BrokerException when the members cannot be read
   */
  PresencePage open() {
    interest.await();
    PresencePage page;
    try {
      page = store.members(channel, null, PAGE);
    } catch (PresenceException e) {
      throw new BrokerException("members cannot be read", e);
    }
    synchronized (this) {
      version = page.version();
    }
    return page;
  }

  /** The page has been handed on: changes may follow. */
  synchronized void start() {
    holding = false;
    List<EncodedPresence> changes = List.copyOf(held);
    held.clear();
    changes.forEach(this::changed);
  }

  /** A change has been told. */
  synchronized void changed(EncodedPresence change) {
    if (closed) {
      return;
    }
    if (holding) {
      if (held.size() == MAX_HELD) {
        held.remove(0); // what follows it then does not follow what was handed on
      }
      held.add(change);
      return;
    }
    long next = change.change().version();
    if (next == version + 1) {
      version = next;
      sink.presence(change);
    } else if (next > version) {
      holding = true;
      readAnew(reading);
    }
  }

  void close() {
    synchronized (this) {
      closed = true;
      held.clear();
    }
    interest.end();
  }

  private void readAnew(Executor on) {
    try {
      on.execute(this::read);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "the node stops", e);
    }
  }

  private void read() {
    PresencePage page;
    try {
      page = store.members(channel, null, PAGE);
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "members cannot be read now", e);
      later.execute(() -> readAnew(reading));
      return;
    } catch (Error e) {
      sink.failed(e);
      return;
    }
    synchronized (this) {
      if (closed) {
        return;
      }
      version = page.version();
      sink.presenceReset(channel.name(), page);
    }
    start();
  }
}
