package io.broadcasty.transport.http;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.admin.events.AdminEvent;
import io.broadcasty.admin.events.EventReader;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One administrator's stream of events: a bounded queue, and one send at a time. On some servers a
 * send blocks until the client reads, so sends run on threads of their own, and a client that does
 * not read is closed from another one.
 */
@ThreadSafe
final class AdminEventStream implements EventReader {

  /** How many events wait for the client. */
  static final int MAX_WAITING = 500;

  /** How long a send may take. */
  static final Duration MAX_SEND = Duration.ofSeconds(20);

  /** How long the client has to read why the stream ends. */
  static final Duration LINGER = Duration.ofSeconds(5);

  /** A closed client is noticed at the second or third send. */
  static final Duration HEARTBEAT = Duration.ofSeconds(5);

  private static final System.Logger LOG = System.getLogger(AdminEventStream.class.getName());

  /** The client's end, as the server offers it. */
  interface Client {

    /** Sends an event; may block until the client reads. Completes when it is sent, or fails. */
    CompletionStage<?> send(AdminEventText event);

    /** Sends a comment, as {@link #send}. */
    CompletionStage<?> heartbeat();

    /** Returns whether the client is known to have gone. */
    boolean isClosed();

    /** Ends the connection at once, if that is possible, so that no send blocks any more. */
    void abort();

    /** Closes the stream; may block. */
    void close();
  }

  private final @Nullable TenantId tenant;
  private final Caller caller;
  private final boolean operator;
  private final Client client;
  private final Supplier<@Nullable Problem> validity;
  private final Executor sends;
  private final Executor closers;
  private final Ticker ticker;
  private final Consumer<AdminEventStream> released;

  /** Null stands for a heartbeat. */
  private record Waiting(@Nullable AdminEventText event) {}

  @GuardedBy("this")
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean sending;

  @GuardedBy("this")
  private long sentNanos;

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private long endedNanos;

  @GuardedBy("this")
  private boolean closing;

  @GuardedBy("this")
  private boolean isReleased;

  /**
   * Creates a stream.
   *
   * @param tenant whose events it tells; null for all
   * @param validity returns why the caller's token is not valid any more; null while it is
   * @param sends run what may block until the client reads, one at a time for this stream
   * @param closers run what may block on the connection
   * @param released called once, when the stream has ended and uses no thread any more
   */
  AdminEventStream(
      @Nullable TenantId tenant,
      Caller caller,
      boolean operator,
      Client client,
      Supplier<@Nullable Problem> validity,
      Executor sends,
      Executor closers,
      Ticker ticker,
      Consumer<AdminEventStream> released) {
    this.tenant = tenant;
    this.caller = caller;
    this.operator = operator;
    this.client = client;
    this.validity = validity;
    this.sends = sends;
    this.closers = closers;
    this.ticker = ticker;
    this.released = released;
    this.sentNanos = ticker.readNanos();
  }

  /** Sends the first comment, by which every server sends the head of its answer. */
  void begin() {
    add(new Waiting(null));
  }

  @Override
  public @Nullable TenantId tenant() {
    return tenant;
  }

  @Override
  public Caller caller() {
    return caller;
  }

  @Override
  public void onDisconnected(String code) {
    end(Sessions.disconnectedProblem(code));
  }

  @Override
  public boolean isOperator() {
    return operator;
  }

  @Override
  public void onEvent(AdminEvent event) {
    add(new Waiting(AdminEventText.of(event)));
  }

  @Override
  public void onEnd() {
    end(Problem.of(Code.DRAINING, "this node is shutting down; reconnect to another one"));
  }

  @Override
  public void onTick() {
    if (client.isClosed()) {
      onClientGone();
      return;
    }
    long now = ticker.readNanos();
    boolean stalled;
    boolean overdue;
    boolean idle;
    synchronized (this) {
      stalled = !ended && sending && now - sentNanos > MAX_SEND.toNanos();
      overdue = ended && now - endedNanos > LINGER.toNanos();
      idle = !ended && !sending && now - sentNanos > HEARTBEAT.toNanos();
    }
    if (overdue) {
      close();
    } else if (stalled) {
      end(slow());
      close();
    } else {
      Problem invalid = validity.get();
      if (invalid != null) {
        end(invalid);
      } else if (idle) {
        add(new Waiting(null));
      }
    }
  }

  /** Ends the stream because its client has gone. */
  void onClientGone() {
    synchronized (this) {
      if (!ended) {
        ended = true;
        endedNanos = ticker.readNanos();
      }
      waiting.clear();
    }
    close();
  }

  /** Ends the stream: what waits is dropped, and the client is told why. */
  void end(Problem problem) {
    boolean start;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      endedNanos = ticker.readNanos();
      waiting.clear();
      waiting.add(
          new Waiting(
              new AdminEventText(
                  "end", JsonWriter.object(json -> JsonWriter.write(json, problem)))));
      start = !sending;
      sending = true;
    }
    if (start) {
      startSending();
    }
  }

  private static Problem slow() {
    return Problem.of(
        Code.SLOW_CONSUMER, "the client reads too slowly; reconnect, and read the state again");
  }

  private void add(Waiting next) {
    boolean start = false;
    boolean full = false;
    synchronized (this) {
      if (ended) {
        return;
      }
      if (waiting.size() >= MAX_WAITING) {
        full = true;
      } else {
        waiting.add(next);
        start = !sending;
        sending = true;
      }
    }
    if (full) {
      end(slow());
    } else if (start) {
      startSending();
    }
  }

  private void startSending() {
    synchronized (this) {
      sentNanos = ticker.readNanos();
    }
    try {
      sends.execute(this::sendWaiting);
    } catch (RejectedExecutionException e) { // the node stops
      LOG.log(Level.DEBUG, "An administrator's stream of events ends with the node", e);
      onSent(e);
    }
  }

  /** Sends what waits, as long as each send is completed at once. */
  private void sendWaiting() {
    while (true) {
      Waiting next;
      boolean last;
      synchronized (this) {
        next = waiting.poll();
        sentNanos = ticker.readNanos();
        last = next == null && ended;
        if (next == null) {
          sending = false;
        }
      }
      if (next == null) {
        if (last) {
          close();
        }
        releaseIfDone();
        return;
      }
      CompletableFuture<?> sent;
      try {
        AdminEventText event = next.event();
        sent = (event == null ? client.heartbeat() : client.send(event)).toCompletableFuture();
      } catch (RuntimeException e) { // as of a closed stream
        sent = CompletableFuture.failedFuture(e);
      }
      if (!sent.isDone()) {
        var unused =
            sent.whenComplete(
                (done, failure) -> {
                  if (failure == null) {
                    startSending();
                  } else {
                    onSent(failure);
                  }
                });
        return;
      }
      if (sent.isCompletedExceptionally()) {
        onSent(new IllegalStateException("the client has gone"));
        return;
      }
    }
  }

  /** Ends the stream after a send that has failed. */
  private void onSent(Throwable failure) {
    LOG.log(Level.DEBUG, "Cannot send an event to an administrator", failure);
    synchronized (this) {
      sending = false;
    }
    onClientGone();
    releaseIfDone();
  }

  private void close() {
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
    }
    try {
      closers.execute(this::closeNow);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node stopped before a stream of events was closed", e);
    }
  }

  private void closeNow() {
    boolean unread;
    synchronized (this) {
      unread = sending;
    }
    try {
      if (unread) {
        client.abort();
      }
      client.close();
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "Cannot close an administrator's stream of events", e);
    }
    releaseIfDone();
  }

  /** A send that blocks still has a thread, so the place is kept until it has ended. */
  private void releaseIfDone() {
    synchronized (this) {
      if (isReleased || !ended || !closing || sending) {
        return;
      }
      isReleased = true;
    }
    released.accept(this);
  }
}
