package io.broadcasty.transport.container;

import io.broadcasty.core.lifecycle.TransportType;
import java.util.Set;

/** The kinds of output that a stream is written to. */
public enum StreamOutput {
  /** The output of the servlet's response, or of the connection that a servlet upgraded. */
  SERVLET("servlet", TransportType.WEBSOCKET, TransportType.SSE),
  /** Payara: Grizzly's connection below the servlet's output. */
  GRIZZLY("grizzly", TransportType.WEBSOCKET, TransportType.SSE),
  /** Open Liberty: the channel framework below an upgraded connection. */
  LIBERTY_CHANNEL("liberty-channel", TransportType.WEBSOCKET),
  /** Open Liberty: the servlet's output, whose buffers are released between two writes. */
  LIBERTY_RESPONSE("liberty-response", TransportType.SSE),
  /** The server's {@code jakarta.websocket}. */
  CONTAINER("container", TransportType.WEBSOCKET);

  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
  private final Set<TransportType> transports;

  StreamOutput(String label, TransportType... transports) {
    this.label = label;
    this.transports = Set.of(transports);
  }

  /** Returns its name in metrics. */
  public String label() {
    return label;
  }

  /** Returns whether a stream of this transport may be written to it. */
  public boolean writes(TransportType transport) {
    return transports.contains(transport);
  }
}
