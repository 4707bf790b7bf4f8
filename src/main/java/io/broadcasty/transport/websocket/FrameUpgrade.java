package io.broadcasty.transport.websocket;

import io.broadcasty.auth.Caller;
import io.broadcasty.session.MessageProtocol;
import io.broadcasty.session.SessionContext;
import io.broadcasty.transport.StreamOutputs;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Takes over a connection after the handshake of {@link WebSocketServlet}. */
public class FrameUpgrade implements HttpUpgradeHandler {

  private static final System.Logger LOG = System.getLogger(FrameUpgrade.class.getName());

  /**
   * The parameters of a new connection.
   *
   * @param joinsMessages see {@link MessageProtocol#joinsMessages}
   * @param outputs chooses its output
   * @param request the handshake
   */
  record Opening(
      SessionContext context,
      MessageProtocol.Accepted accepted,
      boolean joinsMessages,
      int maxMessageBytes,
      @Nullable Caller caller,
      StreamOutputs outputs,
      ServletRequest request) {}

  private @Nullable Opening opening;
  private @Nullable FrameConnection connection;

  /** Sets the parameters; called before the container calls {@link #init}. */
  void openWith(Opening with) {
    opening = with;
  }

  @Override
  public void init(WebConnection webConnection) {
    Opening with = opening;
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
              webConnection,
              with.outputs().ofWebSocket(webConnection, with.request()));
      connection = opened;
      opened.begin();
      with.outputs().release(with.request());
      opened.open(with.caller());
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
