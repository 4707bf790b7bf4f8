package io.broadcasty.transport.http;

import io.broadcasty.transport.container.DisconnectDetector;
import jakarta.servlet.ServletRequest;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The client of a JAX-RS stream of events. */
final class SinkClient implements AdminEventStream.Client {

  private final SseEventSink sink;
  private final Sse sse;
  private volatile DisconnectDetector.@Nullable Watch watch;

  SinkClient(SseEventSink sink, Sse sse) {
    this.sink = sink;
    this.sse = sse;
  }

  /** Has the stream end when its client disconnects, where the server lets that be seen. */
  void watch(DisconnectDetector disconnects, ServletRequest request, AdminEventStream stream) {
    watch = disconnects.watch(request, stream::onClientGone);
  }

  @Override
  public CompletionStage<?> send(AdminEventText event) {
    return sink.send(sse.newEventBuilder().name(event.name()).data(event.data()).build());
  }

  @Override
  public CompletionStage<?> heartbeat() {
    return sink.send(sse.newEventBuilder().comment("").build());
  }

  @Override
  public boolean isClosed() {
    return sink.isClosed();
  }

  /** Ends the connection of a client that does not read, on which the close would block. */
  @Override
  public void abort() {
    DisconnectDetector.Watch watched = watch;
    if (watched != null) {
      watched.endConnection();
    }
  }

  @Override
  public void close() {
    DisconnectDetector.Watch watched = watch;
    if (watched != null) {
      watched.stop();
    }
    sink.close();
  }
}
