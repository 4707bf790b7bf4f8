package io.broadcasty.transport.websocket;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.transport.container.StreamOutputSelector;
import io.broadcasty.transport.edge.UnauthenticatedRequest;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Takes over a connection after the handshake of {@link WebSocketServlet}. */
public class FrameUpgradeHandler implements HttpUpgradeHandler {

  private static final System.Logger LOG = System.getLogger(FrameUpgradeHandler.class.getName());

  /**
   * The parameters of a new connection.
   *
   * @param joinsMessages see {@link MessageProtocol#joinsMessages}
   * @param address the client's address
   * @param nobody a client without a token; null for a caller
   * @param outputs chooses its output
   * @param request the handshake
   */
  record Parameters(
      SessionContext context,
      MessageProtocol.Accepted accepted,
      boolean joinsMessages,
      int maxMessageBytes,
      @Nullable Caller caller,
      @Nullable String address,
      UnauthenticatedRequest.@Nullable Nobody nobody,
      StreamOutputSelector outputs,
      ServletRequest request) {}

  private @Nullable Parameters opening;
  private @Nullable FrameConnection connection;

  /** Sets the parameters; called before the container calls {@link #init}. */
  void configure(Parameters with) {
    opening = with;
  }

  @Override
  public void init(WebConnection webConnection) {
    Parameters with = opening;
    opening = null;
    if (with == null) {
      throw new IllegalStateException("The container upgraded a connection without parameters");
    }
    try {
      FrameConnection opened =
          new FrameConnection(
              with.context(),
              with.accepted(),
              with.joinsMessages(),
              with.maxMessageBytes(),
              with.address(),
              webConnection,
              with.outputs().forWebSocket(webConnection, with.request()));
      connection = opened;
      opened.begin();
      with.outputs().releaseBuffers(with.request());
      opened.open(with.caller(), with.nobody());
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "The client left during the handshake", e);
    }
  }

  @Override
  public void destroy() {
    FrameConnection open = connection;
    if (open != null) {
      open.disconnect();
    }
  }
}
