package io.broadcasty.transport.sse;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.session.EventSession;
import io.broadcasty.delivery.session.LingeringConnections;
import io.broadcasty.delivery.session.Transport;
import io.broadcasty.transport.container.DisconnectDetector;
import io.broadcasty.transport.container.StreamOutputSelector;
import io.broadcasty.transport.io.NonBlockingOutput;
import io.broadcasty.wire.Problem;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes events to an asynchronous response. Frames written before the response has begun wait for
 * it. When the client closes its side of the connection, the session and the response end.
 */
final class SseTransport implements Transport, DisconnectDetector.Listener {

  private static final System.Logger LOG = System.getLogger(SseTransport.class.getName());

  /** Tells the client how long to wait before it reconnects, in milliseconds; sent first. */
  private static final byte[] RETRY = "retry: 1000\n\n".getBytes(StandardCharsets.UTF_8);

  /** How long a peer that does not read may take to read the rest of its response. */
  private static final long LINGER_MILLIS = 60_000;

  private record Early(List<EncodedFrame> frames, Done done) {}

  private final StreamOutputSelector outputs;
  private final DisconnectDetector disconnects;
  private final LingeringConnections lingering;
  private final @Nullable String clientAddress;
  private volatile @Nullable NonBlockingOutput output;

  // created with the stream, since a stopping Payara cannot link lambdas any more
  private final Runnable giveUp = this::giveUpUnread;

  @GuardedBy("this")
  private @Nullable Response response;

  @GuardedBy("this")
  private DisconnectDetector.@Nullable Watch watch;

  /** The watch of a response that has ended, while its client has not read everything. */
  private volatile DisconnectDetector.@Nullable Watch endedWatch;

  @GuardedBy("this")
  private @Nullable Early early;

  /**
   * Creates a transport whose response has not begun.
   *
   * @param lingering knows the responses that a client has not read at their end
   * @param clientAddress null where it is unknown
   */
  SseTransport(
      StreamOutputSelector outputs,
      DisconnectDetector disconnects,
      LingeringConnections lingering,
      @Nullable String clientAddress) {
    this.outputs = outputs;
    this.disconnects = disconnects;
    this.lingering = lingering;
    this.clientAddress = clientAddress;
  }

  @Override
  public @Nullable String clientAddress() {
    return clientAddress;
  }

  /**
   * Begins the response and sends its head at once.
   *
   * @param blocking runs what may block until the peer reads
   */
  void begin(AsyncContext async, EventSession session, Executor blocking) throws IOException {
    Response begun = new Response(async, session, blocking);
    async.addListener(begun);
    synchronized (this) {
      response = begun;
    }
    ServletOutputStream out = outputs.forEventStream(async.getResponse());
    NonBlockingOutput head = new NonBlockingOutput(out, EventFormat.INSTANCE, blocking);
    head.write(RETRY, failure -> headWritten(head, out, async.getRequest(), blocking, failure));
    head.begin();
  }

  @Override
  public void write(List<EncodedFrame> frames, Done done) {
    NonBlockingOutput to = output;
    if (to == null) {
      synchronized (this) {
        to = output;
        if (to == null) {
          early = new Early(frames, done);
          return;
        }
      }
    }
    to.write(frames, done);
  }

  @Override
  public void close(Problem problem) {
    complete();
  }

  /** Gives a peer that does not read some time to read the rest, unless memory is short. */
  private void lingerIfUnread() {
    NonBlockingOutput to = output;
    if (to != null && to.isWaiting()) {
      lingering.add(giveUp);
      var unused =
          new CompletableFuture<@Nullable Void>()
              .completeOnTimeout(null, LINGER_MILLIS, TimeUnit.MILLISECONDS)
              .thenRun(giveUp);
    }
  }

  /** Drops the rest of the response if the peer has not read it. */
  private void giveUpUnread() {
    lingering.remove(giveUp);
    NonBlockingOutput to = output;
    DisconnectDetector.Watch unread = endedWatch;
    endedWatch = null;
    if (to != null && to.isWaiting()) {
      if (unread != null) {
        unread.endConnection();
      }
      to.abort();
    }
  }

  @Override
  public void onDisconnect() {
    Response left = response();
    if (left != null) {
      try {
        left.closers.execute(() -> onClientGone(left));
      } catch (RejectedExecutionException e) {
        LOG.log(Level.DEBUG, "The node stopped before this client left", e);
      }
    }
  }

  @Override
  public void onBytes() {
    Response open = response();
    if (open != null) {
      try {
        open.closers.execute(open.session::onClientMayHaveLeft);
      } catch (RejectedExecutionException e) {
        LOG.log(Level.DEBUG, "The node stopped before this client left", e);
      }
    }
  }

  @Override
  public synchronized boolean noticesDisconnects() {
    return watch != null && watch.isWatching();
  }

  /**
   * Ends the session of a client that has disconnected, and completes the response, which a client
   * that closed only its side still reads.
   */
  private void onClientGone(Response left) {
    left.session.onTransportClosed();
    complete();
  }

  private void complete() {
    Response open = end();
    if (open != null) {
      NonBlockingOutput to = output;
      if (to != null) {
        to.endWrites();
      }
      try {
        open.async.complete();
      } catch (RuntimeException e) {
        LOG.log(Level.DEBUG, "The response ended before it was completed", e);
      }
      lingerIfUnread();
    }
  }

  private synchronized @Nullable Response response() {
    return response;
  }

  /**
   * Ends the watch and returns the response to complete; the server may read from the connection
   * soon.
   *
   * @return null when the response has ended already
   */
  private synchronized @Nullable Response end() {
    Response open = response;
    response = null;
    if (watch != null) {
      watch.stop();
      endedWatch = watch;
      watch = null;
    }
    return open;
  }

  private synchronized void watch(ServletRequest request) {
    if (response != null) {
      watch = disconnects.watch(request, this);
    }
  }

  private void headWritten(
      NonBlockingOutput head,
      ServletOutputStream out,
      ServletRequest request,
      Executor blocking,
      @Nullable Throwable failure) {
    NonBlockingOutput body = head;
    if (failure == null) {
      ServletOutputStream chunks = outputs.chunkedForEventStream(request, out);
      if (chunks != null) {
        body = new NonBlockingOutput(chunks, EventFormat.CHUNKS, blocking);
        body.begin();
      }
      outputs.releaseBuffers(request);
      watch(request);
    }
    Early waiting;
    synchronized (this) {
      output = body;
      waiting = early;
      early = null;
    }
    if (waiting != null) {
      body.write(waiting.frames(), waiting.done()); // fails when the head has failed
    }
  }

  /** A response that has begun; the container notifies it of its end. */
  private final class Response implements AsyncListener {

    private final AsyncContext async;
    private final EventSession session;
    private final Executor closers;

    Response(AsyncContext async, EventSession session, Executor closers) {
      this.async = async;
      this.session = session;
      this.closers = closers;
    }

    @Override
    public void onComplete(AsyncEvent event) {
      onEnded();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      onEnded();
    }

    @Override
    public void onError(AsyncEvent event) {
      onEnded();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      // the response is not dispatched again
    }

    private void onEnded() {
      session.onTransportClosed();
      if (end() != null) {
        lingerIfUnread();
      }
    }
  }
}
