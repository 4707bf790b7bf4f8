package io.broadcasty.transport.sse;

import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.protocol.Problem;
import io.broadcasty.session.Transport;
import io.broadcasty.transport.FrameChain;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a {@link SseEventSink}, which may block: Jersey writes on the calling thread. What
 * comes before the sink is there waits for it.
 */
final class SseTransport implements Transport {

  private static final Logger LOG = Logger.getLogger(SseTransport.class.getName());
  private static final long RECONNECT_DELAY_MILLIS = 1000;

  private record Stream(SseEventSink sink, Sse sse) {}

  private final CompletableFuture<Stream> stream = new CompletableFuture<>();
  private boolean first = true;

  /** The response has begun. */
  void attach(SseEventSink sink, Sse sse) {
    stream.complete(new Stream(sink, sse));
  }

  @Override
  public void write(List<EncodedFrame> frames, Done done) {
    stream.thenAccept(
        to ->
            new FrameChain(frames, done) {
              @Override
              protected void send(EncodedFrame frame) {
                try {
                  to.sink()
                      .send(event(to.sse(), frame))
                      .whenComplete((sent, failure) -> sent(unwrapped(failure)));
                } catch (RuntimeException e) {
                  sent(e); // the sink is closed
                }
              }
            }.advance());
  }

  @Override
  public void close(Problem problem) {
    Stream open = stream.getNow(null);
    if (open != null) {
      try {
        open.sink().close();
      } catch (RuntimeException e) {
        LOG.log(Level.FINE, "the response was gone before it was closed", e);
      }
    }
  }

  private OutboundSseEvent event(Sse sse, EncodedFrame frame) {
    OutboundSseEvent.Builder event = sse.newEventBuilder();
    if (first) {
      first = false;
      event.reconnectDelay(RECONNECT_DELAY_MILLIS);
    }
    if (frame.kind() == EncodedFrame.Kind.HEARTBEAT) {
      return event.comment("").build();
    }
    if (frame.event() != null) {
      event.name(frame.event());
    }
    if (frame.id() != null) {
      event.id(frame.id());
    }
    return event.data(String.class, frame.text()).build();
  }

  private static @Nullable Throwable unwrapped(@Nullable Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
