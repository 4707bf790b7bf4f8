package io.broadcasty.transport.sse;

import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.protocol.Problem;
import io.broadcasty.session.EventSession;
import io.broadcasty.session.Transport;
import io.broadcasty.transport.NonBlockingOutput;
import io.broadcasty.transport.StreamOutputs;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Writes events to an asynchronous response. What comes before the response waits for it. */
final class SseTransport implements Transport {

  private static final Logger LOG = Logger.getLogger(SseTransport.class.getName());

  /** How long a client waits before it comes back, in milliseconds; sent at the very start. */
  private static final byte[] RETRY = "retry: 1000\n\n".getBytes(StandardCharsets.UTF_8);

  private record Early(List<EncodedFrame> frames, Done done) {}

  private final StreamOutputs outputs;
  private volatile @Nullable NonBlockingOutput output;
  private volatile @Nullable AsyncContext async;

  // guarded by this
  private @Nullable Early early;

  SseTransport(StreamOutputs outputs) {
    this.outputs = outputs;
  }

  /**
   * The response begins: its head goes out at once.
   *
   * @param blocking runs what may block until the peer reads
   */
  void begin(AsyncContext response, EventSession session, Executor blocking) throws IOException {
    response.addListener(new Ending(session));
    async = response;
    ServletOutputStream out = outputs.ofEventStream(response.getResponse());
    NonBlockingOutput head = new NonBlockingOutput(out, EventFormat.INSTANCE, blocking);
    head.write(RETRY, failure -> headWritten(head, out, response.getRequest(), blocking, failure));
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
    AsyncContext open = async;
    if (open != null) {
      try {
        open.complete();
      } catch (RuntimeException e) {
        LOG.log(Level.FINE, "the response was gone before it was closed", e);
      }
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
      ServletOutputStream chunks = outputs.chunksOfEventStream(request, out);
      if (chunks != null) {
        body = new NonBlockingOutput(chunks, EventFormat.CHUNKS, blocking);
        body.begin();
      }
      outputs.release(request);
    }
    Early waiting;
    synchronized (this) {
      output = body;
      waiting = early;
      early = null;
    }
    if (waiting != null) {
      body.write(waiting.frames(), waiting.done()); // fails as well when the head has failed
    }
  }

  /** Hears from the container that the response is over. */
  private record Ending(EventSession session) implements AsyncListener {

    @Override
    public void onComplete(AsyncEvent event) {
      session.gone();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      session.gone();
    }

    @Override
    public void onError(AsyncEvent event) {
      session.gone();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      // the response is not dispatched again
    }
  }
}
