package io.broadcasty.transport.websocket;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryReservation;
import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.Protocols;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.session.StreamRequest;
import io.broadcasty.transport.container.StreamOutputSelector;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.transport.edge.ProblemWriter;
import io.broadcasty.transport.edge.ServletStreamRequest;
import io.broadcasty.transport.edge.UnauthenticatedRequest;
import io.broadcasty.transport.websocket.frame.Handshake;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/ws} and the paths of protocols that have one: passes the messages of a
 * {@code jakarta.websocket} session to the session of the negotiated protocol. There is one
 * instance for each connection.
 */
public class MessageEndpoint extends Endpoint {

  private static final System.Logger LOG = System.getLogger(MessageEndpoint.class.getName());

  /** The property of an endpoint with the one protocol that is served at its path. */
  static final String PROTOCOL = "broadcasty.protocol";

  /** The parameter of the path of such an endpoint. */
  static final String BELOW = "below";

  private final SessionContext context;
  private final Protocols protocols;
  private final EdgeSettings settings;
  private final StreamOutputSelector outputs;
  private @Nullable MessageSession session;
  private @Nullable TextMessageAssembler messages;

  /** Looks up the shared components; Open Liberty requires a constructor without arguments. */
  public MessageEndpoint() {
    CDI<Object> beans = CDI.current();
    this.context = beans.select(SessionContext.class).get();
    this.protocols = beans.select(Protocols.class).get();
    this.settings = beans.select(EdgeSettings.class).get();
    this.outputs = beans.select(StreamOutputSelector.class).get();
  }

  @Override
  public void onOpen(Session webSocket, EndpointConfig config) {
    outputs.countContainer();
    webSocket.setMaxIdleTimeout(0); // Broadcasty's own heartbeat detects idle connections
    MessageProtocol protocol =
        config.getUserProperties().get(PROTOCOL) instanceof MessageProtocol own
            ? own
            : protocols.message(webSocket.getNegotiatedSubprotocol());
    Caller caller = CallerRequest.caller(webSocket.getUserPrincipal());
    UnauthenticatedRequest.Nobody nobody =
        UnauthenticatedRequest.nobody(webSocket.getUserPrincipal());
    MessageSession opened;
    try {
      MessageProtocol.Accepted accepted = protocol.accept(new HandshakeRequest(webSocket));
      opened =
          accepted.open(
              context,
              new WebSocketTransport(
                  webSocket, accepted, protocol.joinsMessages(), address(caller, nobody)));
    } catch (ProblemException e) { // refused by the filter, unless the container bypasses it
      WebSocketTransport.close(webSocket, e.problem());
      return;
    }
    session = opened;
    TextMessageAssembler assembler =
        new TextMessageAssembler(
            () -> opened.maxMessageBytes(settings.maxMessageBytes()),
            new MemoryReservation(context.memory().of(MemoryArea.INBOUND)),
            new MessageParts(webSocket, opened));
    messages = assembler;
    webSocket.addMessageHandler(String.class, assembler);
    webSocket.addMessageHandler(ByteBuffer.class, (part, last) -> opened.onBinary());
    webSocket.addMessageHandler(PongMessage.class, pong -> opened.recordActivity());
    if (caller != null) {
      opened.open(caller);
    } else if (nobody != null) {
      opened.occupyUntilAuthenticated(nobody.place());
    }
  }

  private static @Nullable String address(
      @Nullable Caller caller, UnauthenticatedRequest.@Nullable Nobody nobody) {
    if (caller != null) {
      return caller.address();
    }
    return nobody == null ? null : nobody.address();
  }

  /** Passes messages to the session of a WebSocket, and ends it after a refused one. */
  private final class MessageParts implements TextMessageAssembler.Receiver {
    private final Session webSocket;
    private final MessageSession open;

    MessageParts(Session webSocket, MessageSession open) {
      this.webSocket = webSocket;
      this.open = open;
    }

    @Override
    public void onBegun() {
      open.onMessageBegun();
    }

    @Override
    public void onText(String text) {
      open.onMessageWhole();
      open.countMessage(text);
      open.onText(text);
    }

    @Override
    public void onTooLong() {
      String reason = WebSocketRegistration.tooLong(open, settings.maxMessageBytes());
      open.onTransportClosed();
      try {
        webSocket.close(new CloseReason(CloseReason.CloseCodes.TOO_BIG, reason));
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "The connection ended before it was closed", e);
      }
    }

    @Override
    public void onOutOfMemory(MemoryBudget.Grant refusal) {
      open.end(ProblemMapper.outOfMemory(refusal));
    }
  }

  @Override
  public void onClose(Session webSocket, CloseReason reason) {
    if (messages != null) {
      messages.close();
    }
    if (session != null) {
      session.onTransportClosed();
    }
  }

  /**
   * Logs a broken connection or an invalid frame. The container then closes and reports that too.
   */
  @Override
  public void onError(Session webSocket, Throwable failure) {
    LOG.log(Level.DEBUG, "A WebSocket failed", failure);
  }

  /** The handshake, as far as {@code jakarta.websocket} exposes it. */
  private record HandshakeRequest(Session webSocket) implements StreamRequest {

    @Override
    public List<String> parameters(String name) {
      return webSocket.getRequestParameterMap().getOrDefault(name, List.of());
    }

    @Override
    public @Nullable String header(String name) {
      return null;
    }

    @Override
    public String belowPath() {
      return webSocket.getPathParameters().getOrDefault(BELOW, "");
    }
  }

  /** Creates the endpoints, which are no beans, and negotiates the subprotocol. */
  static final class Configurator extends ServerEndpointConfig.Configurator {

    @Override
    public <T> T getEndpointInstance(Class<T> type) {
      return type.cast(new MessageEndpoint());
    }

    /**
     * Returns the first supported subprotocol of the client's list, as Broadcasty's own engine
     * does.
     */
    @Override
    public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
      return requested.stream().filter(supported::contains).findFirst().orElse("");
    }
  }

  /** Refuses an invalid handshake while it can still be answered over HTTP. */
  static final class HandshakeFilter extends HttpFilter {

    private static final long serialVersionUID = 1L;

    private final transient Protocols protocols;

    HandshakeFilter(Protocols protocols) {
      this.protocols = protocols;
    }

    @Override
    protected void doFilter(
        HttpServletRequest request, HttpServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      Problem problem = refusal(request);
      if (problem == null) {
        chain.doFilter(new JoinedSubprotocols(request), response);
      } else {
        ProblemWriter.write(request, response, problem);
      }
    }

    /** Offers the subprotocols in one line, since containers may read the first line only. */
    private static final class JoinedSubprotocols extends HttpServletRequestWrapper {

      private static final String NAME = "Sec-WebSocket-Protocol";

      JoinedSubprotocols(HttpServletRequest request) {
        super(request);
      }

      @Override
      public @Nullable String getHeader(String name) {
        if (!name.equalsIgnoreCase(NAME)) {
          return super.getHeader(name);
        }
        List<String> lines = Collections.list(super.getHeaders(name));
        return lines.isEmpty() ? null : String.join(", ", lines);
      }

      @Override
      public Enumeration<String> getHeaders(String name) {
        String joined = name.equalsIgnoreCase(NAME) ? getHeader(name) : null;
        return joined == null ? super.getHeaders(name) : Collections.enumeration(List.of(joined));
      }
    }

    private @Nullable Problem refusal(HttpServletRequest request) {
      try {
        String chosen =
            Handshake.subprotocol(
                name -> Collections.list(request.getHeaders(name)), protocols.subprotocols());
        protocols.message(chosen).accept(new ServletStreamRequest(request));
        return null;
      } catch (ProblemException e) {
        return e.problem();
      }
    }
  }
}
