package io.broadcasty.transport.websocket;

import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.Protocols;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.transport.container.ClientConnection;
import io.broadcasty.transport.container.StreamOutputSelector;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.EnumSet;

/** Registers the WebSocket at its path, with one of two engines (docs/adr/0007). */
public final class WebSocketRegistration {

  /** The implementations of RFC 6455. */
  public enum Engine {
    /** The best engine for this server: Broadcasty's own on each of the tested servers. */
    AUTO,
    /** Broadcasty's own, on the connection that the container upgrades. */
    OWN,
    /** The container's {@code jakarta.websocket}. */
    CONTAINER
  }

  /** The close code for a problem without a code of its own (RFC 6455, section 7.4.1). */
  private static final int POLICY_VIOLATION = 1008;

  private static final String PATH = "/broadcasty/ws";

  private WebSocketRegistration() {}

  /** Registers the endpoint; called while the application starts. */
  public static void register(
      Engine engine,
      ServletContext servlets,
      SessionContext context,
      Protocols protocols,
      EdgeSettings settings,
      StreamOutputSelector outputs,
      ClientConnection connections) {
    if (engine != Engine.CONTAINER) {
      addServlet(
          servlets,
          "broadcasty-websocket",
          new WebSocketServlet(context, protocols, settings, outputs, connections),
          PATH);
      for (MessageProtocol each : protocols.atPaths()) {
        addServlet(
            servlets,
            "broadcasty-websocket-" + each.name(),
            new WebSocketServlet(context, protocols.only(each), settings, outputs, connections),
            each.path() + "/*");
      }
      return;
    }
    ServerContainer container =
        (ServerContainer) servlets.getAttribute(ServerContainer.class.getName());
    if (container == null) {
      throw new IllegalStateException(
          "This server has no jakarta.websocket; set BROADCASTY_STREAM_WEBSOCKET=own");
    }
    servlets
        .addFilter("broadcasty-websocket-refusals", new MessageEndpoint.HandshakeFilter(protocols))
        .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, PATH);
    try {
      container.addEndpoint(
          ServerEndpointConfig.Builder.create(MessageEndpoint.class, PATH)
              .subprotocols(protocols.subprotocols())
              .configurator(new MessageEndpoint.Configurator())
              .build());
      for (MessageProtocol each : protocols.atPaths()) {
        ServerEndpointConfig config =
            ServerEndpointConfig.Builder.create(
                    MessageEndpoint.class, each.path() + "/{" + MessageEndpoint.BELOW + "}")
                .configurator(new MessageEndpoint.Configurator())
                .build();
        config.getUserProperties().put(MessageEndpoint.PROTOCOL, each);
        container.addEndpoint(config);
      }
    } catch (DeploymentException e) {
      throw new IllegalStateException("Cannot deploy the WebSocket endpoint", e);
    }
  }

  private static void addServlet(
      ServletContext servlets, String name, WebSocketServlet servlet, String mapping) {
    ServletRegistration.Dynamic registration = servlets.addServlet(name, servlet);
    registration.addMapping(mapping);
    registration.setAsyncSupported(true);
  }

  /** Returns the close code of a problem, the same for both engines. */
  static int closeCode(MessageProtocol.Accepted accepted, Problem problem) {
    int code = accepted.closeCode(problem);
    return code == 0 ? POLICY_VIOLATION : code;
  }

  /** Returns the close code of a problem with the handshake. */
  static int closeCode(Problem problem) {
    int code = problem.code().closeCode();
    return code == 0 ? POLICY_VIOLATION : code;
  }

  /** Returns the text of a close frame after a message that was longer than its limit. */
  static String tooLong(MessageSession session, int configuredBytes) {
    int most = session.maxMessageBytes(configuredBytes);
    return Code.PAYLOAD_TOO_LARGE.wireName()
        + ": a message may have at most "
        + most
        + " bytes"
        + (session.caller() == null ? " before authentication" : "");
  }

  /** Returns the text of a close frame; may be longer than a close frame allows. */
  static String closeReason(Problem problem) {
    return problem.code().wireName() + ": " + problem.detail();
  }
}
