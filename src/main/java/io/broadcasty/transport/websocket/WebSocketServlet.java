package io.broadcasty.transport.websocket;

import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.Protocols;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.transport.container.ClientConnection;
import io.broadcasty.transport.container.StreamOutputSelector;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.ClientAddress;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.transport.edge.ProblemWriter;
import io.broadcasty.transport.edge.ServletStreamRequest;
import io.broadcasty.transport.edge.UnauthenticatedRequest;
import io.broadcasty.transport.io.NonBlockingOutput;
import io.broadcasty.transport.websocket.frame.Handshake;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;

/**
 * Serves {@code GET /broadcasty/ws}, or the path of one protocol, for Broadcasty's own engine: the
 * opening handshake (RFC 6455, section 4.2). {@link WebSocketRegistration} maps it to its path.
 */
final class WebSocketServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  private final transient SessionContext context;
  private final transient Protocols protocols;
  private final transient EdgeSettings settings;
  private final transient StreamOutputSelector outputs;
  private final transient ClientConnection connections;

  WebSocketServlet(
      SessionContext context,
      Protocols protocols,
      EdgeSettings settings,
      StreamOutputSelector outputs,
      ClientConnection connections) {
    this.context = context;
    this.protocols = protocols;
    this.settings = settings;
    this.outputs = outputs;
    this.connections = connections;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    Handshake.Outcome outcome =
        Handshake.evaluate(
            request.getMethod(),
            request.getProtocol(),
            name -> Collections.list(request.getHeaders(name)),
            protocols.subprotocols());
    if (outcome instanceof Handshake.Refused refused) {
      refused.headers().forEach(response::setHeader);
      ProblemWriter.write(request, response, Problem.of(code(refused.status()), refused.reason()));
      if (refused.headers().containsKey("Upgrade")) {
        // Payara writes such an answer without its length, and does not close the connection
        response.flushBuffer();
        connections.endInput(request);
      }
    } else {
      try {
        upgrade((Handshake.Accepted) outcome, request, response);
      } catch (ProblemException e) {
        ProblemWriter.write(request, response, e.problem());
      }
    }
  }

  private void upgrade(
      Handshake.Accepted handshake, HttpServletRequest request, HttpServletResponse response)
      throws ProblemException, IOException, ServletException {
    MessageProtocol protocol = protocols.message(handshake.subprotocol());
    MessageProtocol.Accepted accepted = protocol.accept(new ServletStreamRequest(request));
    accept(handshake, response);
    request
        .upgrade(FrameUpgradeHandler.class)
        .configure(
            new FrameUpgradeHandler.Parameters(
                context,
                accepted,
                protocol.joinsMessages(),
                settings.maxMessageBytes(),
                CallerRequest.caller(request.getUserPrincipal()),
                ClientAddress.of(request),
                UnauthenticatedRequest.nobody(request.getUserPrincipal()),
                outputs,
                request));
  }

  private static void accept(Handshake.Accepted accepted, HttpServletResponse response) {
    response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
    response.setBufferSize(NonBlockingOutput.BUFFER_BYTES);
    response.setHeader("Upgrade", "websocket");
    response.setHeader("Connection", "Upgrade");
    response.setHeader("Sec-WebSocket-Accept", accepted.accept());
    if (accepted.subprotocol() != null) {
      response.setHeader("Sec-WebSocket-Protocol", accepted.subprotocol());
    }
  }

  private static Code code(int status) {
    return switch (status) {
      case 405 -> Code.METHOD_NOT_ALLOWED;
      case 426 -> Code.UPGRADE_REQUIRED;
      default -> Code.INVALID_REQUEST;
    };
  }
}
