package io.broadcasty.transport.sse;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.session.EventSession;
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
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Writes events to an asynchronous response. Frames written before the response has begun wait for
 * it. When the client closes its side of the connection, the session and the response end.
 */
final class SseTransport implements Transport, DisconnectDetector.Listener {

  private static final System.Logger LOG = System.getLogger(SseTransport.class.getName());

  /** Tells the client how long to wait before it reconnects, in milliseconds; sent first. */
  private static final byte[] RETRY = "retry: 1000\n\n".getBytes(StandardCharsets.UTF_8);

  private record Early(List<EncodedFrame> frames, Done done) {}

  private final StreamOutputSelector outputs;
  private final DisconnectDetector disconnects;
  private final @Nullable String clientAddress;
  private volatile @Nullable NonBlockingOutput output;

  @GuardedBy("this")
  private @Nullable Response response;

  @GuardedBy("this")
  private DisconnectDetector.@Nullable Watch watch;

  @GuardedBy("this")
  private @Nullable Early early;

  /**
   * Creates a transport whose response has not begun.
   *
   * @param clientAddress null where it is unknown
   */
  SseTransport(
      StreamOutputSelector outputs,
      DisconnectDetector disconnects,
      @Nullable String clientAddress) {
    this.outputs = outputs;
    this.disconnects = disconnects;
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
      try {
        open.async.complete();
      } catch (RuntimeException e) {
        LOG.log(Level.DEBUG, "The response ended before it was completed", e);
      }
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
      var unused = end();
    }
  }
}
