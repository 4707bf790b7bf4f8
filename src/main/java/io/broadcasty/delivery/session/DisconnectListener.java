package io.broadcasty.delivery.session;

import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import java.lang.System.Logger.Level;

/** Ends this node's connections that match a control message. */
public final class DisconnectListener implements ControlListener {

  private static final System.Logger LOG = System.getLogger(DisconnectListener.class.getName());

  private final Sessions sessions;

  public DisconnectListener(Sessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public void onMessage(ControlMessage message) {
    if (message instanceof ControlMessage.Disconnect disconnect) {
      int ended = sessions.disconnect(disconnect);
      if (ended > 0) {
        LOG.log(Level.INFO, "Ending " + ended + " connections: " + disconnect);
      }
    }
  }
}
