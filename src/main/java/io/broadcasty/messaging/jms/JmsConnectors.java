package io.broadcasty.messaging.jms;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.messaging.ConnectorSettings;
import io.broadcasty.messaging.MessageQueue;
import io.broadcasty.messaging.MessageSink;
import javax.naming.InitialContext;

/** Opens the queues and topics of the server. */
@ThreadSafe
public final class JmsConnectors {

  private final JmsSession.JndiLookup jndi;

  JmsConnectors(JmsSession.JndiLookup jndi) {
    this.jndi = jndi;
  }

  /** Creates connectors that use the JNDI of this server, whatever thread they run on. */
  @SuppressWarnings("BanJNDI") // the names are those of the configuration
  public static JmsConnectors ofServer() {
    return new JmsConnectors(
        name -> {
          Thread thread = Thread.currentThread();
          ClassLoader before = thread.getContextClassLoader();
          thread.setContextClassLoader(JmsConnectors.class.getClassLoader());
          try {
            return InitialContext.doLookup(name);
          } finally {
            thread.setContextClassLoader(before);
          }
        });
  }

  /** Returns what opens the queue or topic that a connector receives from. */
  public MessageQueue.Opener opener(ConnectorSettings settings, ConnectorSettings.In flow) {
    return () -> JmsQueue.open(jndi, settings.keyPrefix(), settings.connection(), flow);
  }

  /** Returns what opens the queue or topic that a connector sends to. */
  public MessageSink.Opener sinkOpener(ConnectorSettings settings) {
    return () -> JmsSink.open(jndi, settings.keyPrefix(), settings.connection());
  }
}
