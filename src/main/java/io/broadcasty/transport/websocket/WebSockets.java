package io.broadcasty.transport.websocket;

import io.broadcasty.protocol.Problem;
import io.broadcasty.session.Protocols;
import io.broadcasty.session.SessionContext;
import io.broadcasty.transport.StreamOutputs;
import io.broadcasty.transport.edge.EdgeSettings;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.EnumSet;

/** Puts the WebSocket at its path, by one of two engines (docs/adr/0007). */
public final class WebSockets {

  /** Who speaks RFC 6455. */
  public enum Engine {
    /** Whoever is best on this server: Broadcasty itself on each of those that are tested. */
    AUTO,
    /** Broadcasty itself, on the connection that the container upgrades. */
    OWN,
    /** The container's {@code jakarta.websocket}. */
    CONTAINER
  }

  /** RFC 6455, section 7.4.1: for a problem that has no close code of its own. */
  private static final int POLICY_VIOLATION = 1008;

  private static final String PATH = "/broadcasty/ws";

  private WebSockets() {}

  /** To be called while the application starts. */
  public static void register(
      Engine engine,
      ServletContext servlets,
      SessionContext context,
      Protocols protocols,
      EdgeSettings settings,
      StreamOutputs outputs) {
    if (engine != Engine.CONTAINER) {
      ServletRegistration.Dynamic servlet =
          servlets.addServlet(
              "broadcasty-websocket", new WebSocketServlet(context, protocols, settings, outputs));
      servlet.addMapping(PATH);
      servlet.setAsyncSupported(true);
      return;
    }
    ServerContainer container =
        (ServerContainer) servlets.getAttribute(ServerContainer.class.getName());
    if (container == null) {
      throw new IllegalStateException(
          "this server offers no jakarta.websocket; set BROADCASTY_STREAM_WEBSOCKET=own");
    }
    servlets
        .addFilter("broadcasty-websocket-refusals", new MessageEndpoint.Refusals(protocols))
        .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, PATH);
    try {
      container.addEndpoint(
          ServerEndpointConfig.Builder.create(MessageEndpoint.class, PATH)
              .subprotocols(protocols.subprotocols())
              .configurator(new MessageEndpoint.Configurator())
              .build());
    } catch (DeploymentException e) {
      throw new IllegalStateException("the WebSocket endpoint could not be deployed", e);
    }
  }

  /** What a close frame says of a problem, whichever engine sends it. */
  static int closeCode(Problem problem) {
    int code = problem.code().close();
    return code == 0 ? POLICY_VIOLATION : code;
  }

  /** Why, in words; may be longer than a close frame takes. */
  static String closeReason(Problem problem) {
    return problem.code().text() + ": " + problem.detail();
  }
}
