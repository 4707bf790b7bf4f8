package io.broadcasty.transport.websocket;

import io.broadcasty.auth.Caller;
import io.broadcasty.protocol.CommandReader;
import io.broadcasty.protocol.json.NativeSession;
import io.broadcasty.session.SessionContext;
import io.broadcasty.transport.StreamOutputs;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.EdgeSettings;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@code /broadcasty/ws}: hands what a {@code jakarta.websocket} session hears to a {@link
 * NativeSession}. One a connection.
 */
public class NativeEndpoint extends Endpoint {

  private static final Logger LOG = Logger.getLogger(NativeEndpoint.class.getName());

  private final SessionContext context;
  private final CommandReader reader;
  private final EdgeSettings settings;
  private final StreamOutputs outputs;
  private @Nullable NativeSession session;

  /** Takes what all connections share; Open Liberty insists on a constructor without arguments. */
  public NativeEndpoint() {
    CDI<Object> beans = CDI.current();
    this.context = beans.select(SessionContext.class).get();
    this.reader = beans.select(CommandReader.class).get();
    this.settings = beans.select(EdgeSettings.class).get();
    this.outputs = beans.select(StreamOutputs.class).get();
  }

  @Override
  public void onOpen(Session webSocket, EndpointConfig config) {
    outputs.countContainer();
    webSocket.setMaxIdleTimeout(0); // idle connections are found by our own heartbeat
    NativeSession opened = new NativeSession(context, new WebSocketTransport(webSocket), reader);
    session = opened;
    webSocket.addMessageHandler(
        String.class,
        new TextParts(settings.maxMessageBytes(), opened::onText, () -> tooLong(webSocket)));
    webSocket.addMessageHandler(ByteBuffer.class, (part, last) -> opened.onBinary());
    webSocket.addMessageHandler(PongMessage.class, pong -> opened.heard());
    Caller caller = CallerRequest.caller(webSocket.getUserPrincipal());
    if (caller != null) {
      opened.open(caller);
    }
  }

  private void tooLong(Session webSocket) {
    if (session != null) {
      session.gone();
    }
    try {
      webSocket.close(
          new CloseReason(
              CloseReason.CloseCodes.TOO_BIG,
              "a message may have " + settings.maxMessageBytes() + " bytes"));
    } catch (IOException e) {
      LOG.log(Level.FINE, "the connection was gone before it was closed", e);
    }
  }

  @Override
  public void onClose(Session webSocket, CloseReason reason) {
    if (session != null) {
      session.gone();
    }
  }

  /** The line broke, or a frame was not one. The container closes, and reports that too. */
  @Override
  public void onError(Session webSocket, Throwable failure) {
    LOG.log(Level.FINE, "a WebSocket failed", failure);
  }

  /** Makes the endpoints, which are no beans. */
  static final class Instances extends ServerEndpointConfig.Configurator {

    @Override
    public <T> T getEndpointInstance(Class<T> type) {
      return type.cast(new NativeEndpoint());
    }
  }
}
