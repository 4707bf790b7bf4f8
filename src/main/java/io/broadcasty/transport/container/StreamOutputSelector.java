package io.broadcasty.transport.container;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.lifecycle.TransportType;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the output that each stream is written to, and counts the choices.
 *
 * <p>Below the servlet API some servers have an output that costs less (docs/adr/0007); it is used
 * where it is found and allowed. Otherwise the API's own output is used. On a server that is known
 * to have such an internal, a missing one is logged once as a warning.
 */
@ThreadSafe
public final class StreamOutputSelector {

  private final boolean internals;
  private final boolean payara;
  private final boolean liberty;
  private final Map<TransportType, Map<StreamOutput, LongAdder>> chosen =
      new EnumMap<>(TransportType.class);

  /**
   * Creates a chooser for this server.
   *
   * @param internals whether internals of the server may be used; if not, none is used
   * @param serverInfo {@code ServletContext.getServerInfo()}, which tells which internals to expect
   */
  public StreamOutputSelector(boolean internals, String serverInfo) {
    this.internals = internals;
    this.payara = serverInfo.contains("Payara");
    this.liberty = serverInfo.contains("Liberty");
    for (TransportType transport : TransportType.values()) {
      Map<StreamOutput, LongAdder> counts = new EnumMap<>(StreamOutput.class);
      for (StreamOutput output : StreamOutput.values()) {
        counts.put(output, new LongAdder());
      }
      chosen.put(transport, counts);
    }
  }

  /** Returns how many streams of this transport were given this output. */
  public long count(TransportType transport, StreamOutput output) {
    return counter(transport, output).sum();
  }

  /** Counts a stream that the server's {@code jakarta.websocket} writes. */
  public void countContainer() {
    opened(TransportType.WEBSOCKET, StreamOutput.CONTAINER);
  }

  /**
   * Returns the output of an upgraded connection. Use it once the answer to the handshake has been
   * flushed.
   */
  public ServletOutputStream forWebSocket(WebConnection connection, ServletRequest handshake)
      throws IOException {
    ServletOutputStream grizzly =
        find(handshake) ? PayaraInternals.connectionOutput(handshake) : null;
    if (grizzly != null) {
      opened(TransportType.WEBSOCKET, StreamOutput.GRIZZLY);
      return grizzly;
    }
    ServletOutputStream channel =
        find(connection) ? OpenLibertyInternals.connectionOutput(connection) : null;
    if (channel != null) {
      opened(TransportType.WEBSOCKET, StreamOutput.LIBERTY_CHANNEL);
      return channel;
    }
    opened(TransportType.WEBSOCKET, StreamOutput.SERVLET);
    return connection.getOutputStream();
  }

  /** Returns the output for the head of an event stream. */
  public ServletOutputStream forEventStream(ServletResponse response) throws IOException {
    ServletOutputStream out = response.getOutputStream();
    ServletOutputStream releasing = find(out) ? OpenLibertyInternals.releasingOutput(out) : null;
    return releasing == null ? out : releasing;
  }

  /**
   * Returns the output for the events, once the head of the response has been flushed.
   *
   * @param head the result of {@link #forEventStream}
   * @return null when the events are written to the output of the head; otherwise only whole chunks
   *     may be written (RFC 9112, section 7.1)
   */
  public @Nullable ServletOutputStream chunkedForEventStream(
      ServletRequest request, ServletOutputStream head) {
    ServletOutputStream chunks = find(request) ? PayaraInternals.chunkedOutput(request) : null;
    StreamOutput output = StreamOutput.SERVLET;
    if (chunks != null) {
      output = StreamOutput.GRIZZLY;
    } else if (head instanceof LibertyResponseOutput) {
      output = StreamOutput.LIBERTY_RESPONSE;
    }
    opened(TransportType.SSE, output);
    return chunks;
  }

  /**
   * Releases memory that the server keeps with a request and no longer needs, as far as it is
   * found.
   */
  public void releaseBuffers(ServletRequest request) {
    if (find(request)) {
      PayaraInternals.releaseBuffers(request);
    }
  }

  /**
   * Watches a reply that has not begun.
   *
   * @return null where the server buffers no reply that the client does not read
   */
  public @Nullable ReplyWatch watchReply(ServletRequest request) {
    return find(request) ? PayaraInternals.watchReply(request) : null;
  }

  private boolean find(ServletRequest request) {
    return internals && found(PayaraInternals.owns(request), payara, "Payara's request");
  }

  private boolean find(WebConnection connection) {
    return internals
        && found(OpenLibertyInternals.owns(connection), liberty, "Open Liberty's connection");
  }

  private boolean find(ServletOutputStream out) {
    return internals && found(OpenLibertyInternals.owns(out), liberty, "Open Liberty's response");
  }

  private static boolean found(boolean found, boolean expected, String what) {
    if (!found && expected) {
      ServerInternals.warnMissing(what, null);
    }
    return found;
  }

  private void opened(TransportType transport, StreamOutput output) {
    counter(transport, output).increment();
  }

  private LongAdder counter(TransportType transport, StreamOutput output) {
    Map<StreamOutput, LongAdder> counts = chosen.get(transport);
    LongAdder counter = counts == null ? null : counts.get(output);
    if (counter == null) {
      throw new IllegalArgumentException(
          "Not an output of this transport: " + transport + " by " + output);
    }
    return counter;
  }
}
