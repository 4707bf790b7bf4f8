package io.broadcasty.transport.websocket;

import io.broadcasty.auth.Caller;
import io.broadcasty.protocol.CommandReader;
import io.broadcasty.session.NativeSession;
import io.broadcasty.session.SessionContext;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.transport.edge.Tokens;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.nio.ByteBuffer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@code /broadcasty/ws}: hands what a {@code jakarta.websocket} session hears to a {@link
 * NativeSession}. One a connection.
 */
@ServerEndpoint(
    value = "/broadcasty/ws",
    subprotocols = Tokens.SUBPROTOCOL,
    configurator = NativeEndpoint.Instances.class)
public class NativeEndpoint {

  private static final Logger LOG = Logger.getLogger(NativeEndpoint.class.getName());

  private final SessionContext context;
  private final CommandReader reader;
  private final EdgeSettings settings;
  private @Nullable NativeSession session;

  /** Takes what all connections share; Open Liberty insists on a constructor without arguments. */
  public NativeEndpoint() {
    CDI<Object> beans = CDI.current();
    this.context = beans.select(SessionContext.class).get();
    this.reader = beans.select(CommandReader.class).get();
    this.settings = beans.select(EdgeSettings.class).get();
  }

  /** The handshake is done. */
  @OnOpen
  public void onOpen(Session webSocket) {
    webSocket.setMaxIdleTimeout(0); // idle connections are found by our own heartbeat
    webSocket.setMaxTextMessageBufferSize(settings.maxMessageBytes());
    NativeSession opened = new NativeSession(context, new WebSocketTransport(webSocket), reader);
    session = opened;
    Caller caller = CallerRequest.caller(webSocket.getUserPrincipal());
    if (caller != null) {
      opened.open(caller);
    }
  }

  /** A text frame. */
  @OnMessage
  public void onText(String text) {
    if (session != null) {
      session.onText(text);
    }
  }

  /** A binary frame, which the protocol does not have. */
  @OnMessage
  public void onBinary(ByteBuffer data) {
    if (session != null) {
      session.onBinary();
    }
  }

  /** A sign of life. */
  @OnMessage
  public void onPong(PongMessage pong) {
    if (session != null) {
      session.heard();
    }
  }

  /** The connection is over. */
  @OnClose
  public void onClose(CloseReason reason) {
    if (session != null) {
      session.gone();
    }
  }

  /** The line broke, or a frame was not one. The container closes, and reports that too. */
  @OnError
  public void onError(Throwable failure) {
    LOG.log(Level.FINE, "a WebSocket failed", failure);
  }

  /** Makes the endpoints, which are no beans. */
  public static class Instances extends ServerEndpointConfig.Configurator {

    @Override
    public <T> T getEndpointInstance(Class<T> type) {
      return type.cast(new NativeEndpoint());
    }
  }
}
