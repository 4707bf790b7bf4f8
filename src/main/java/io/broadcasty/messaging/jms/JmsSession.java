package io.broadcasty.messaging.jms;

import io.broadcasty.messaging.ConnectorSettings;
import io.broadcasty.messaging.MessagingException;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Session;
import java.lang.System.Logger.Level;
import javax.naming.NamingException;
import org.jspecify.annotations.Nullable;

/** A connection with one transacted session. For one thread, except {@link #close}. */
final class JmsSession implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(JmsSession.class.getName());

  private final JndiLookup jndi;
  private final Connection connection;
  private final Session session;
  private volatile @Nullable JMSException broken;

  /** Looks up names in the server's JNDI. */
  @FunctionalInterface
  interface JndiLookup {

    /**
     * Returns the object bound to a name; may be null.
     *
     * @throws NamingException when no object is bound, or it cannot be created
     */
    @Nullable Object lookup(String name) throws NamingException;
  }

  private JmsSession(JndiLookup jndi, Connection connection, Session session) {
    this.jndi = jndi;
    this.connection = connection;
    this.session = session;
  }

  /**
   * Connects.
   *
   * @param prefix what the names of the connector's keys begin with, for messages
   */
  static JmsSession open(JndiLookup jndi, String prefix, ConnectorSettings.Connection settings)
      throws MessagingException {
    ConnectionFactory factory =
        find(jndi, ConnectionFactory.class, prefix + "connection-factory", settings.factory());
    Connection connection = null;
    try {
      connection =
          settings.user() == null
              ? factory.createConnection()
              : factory.createConnection(settings.user(), settings.password());
      Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
      if (!session.getTransacted()) {
        throw new MessagingException(
            "the connections of `"
                + settings.factory()
                + "` have no transactions of their own here; set "
                + prefix
                + "connection-factory to a factory without a pool (on WildFly"
                + " java:/ConnectionFactory), see docs/howto/messaging.md",
            null);
      }
      JmsSession open = new JmsSession(jndi, connection, session);
      open.watch();
      connection.start();
      connection = null;
      return open;
    } catch (JMSSecurityException e) {
      throw new MessagingException(
          "the messaging refuses the credentials; set "
              + prefix
              + "user and "
              + prefix
              + "password to a user who may use `"
              + settings.destination()
              + "` ("
              + e.getMessage()
              + ")",
          e);
    } catch (JMSException e) {
      throw new MessagingException("the messaging does not answer: " + e.getMessage(), e);
    } finally {
      closeQuietly(connection);
    }
  }

  /** Asks to be told of a lost connection, which a server's pool may forbid. */
  private void watch() {
    try {
      connection.setExceptionListener(e -> broken = e);
    } catch (JMSException e) {
      LOG.log(Level.DEBUG, "Lost connections are noticed by the next call only", e);
    }
  }

  /** Returns the queue or topic that has a JNDI name. */
  Destination destination(String key, String name) throws MessagingException {
    return find(jndi, Destination.class, key, name);
  }

  Session session() {
    return session;
  }

  /** Fails if the connection is known to be lost. */
  void check() throws MessagingException {
    JMSException reason = broken;
    if (reason != null) {
      throw lost(reason);
    }
  }

  static MessagingException lost(JMSException reason) {
    return new MessagingException(
        "the connection to the messaging was lost: " + reason.getMessage(), reason);
  }

  private static <T> T find(JndiLookup jndi, Class<T> type, String key, String name)
      throws MessagingException {
    Object found = null;
    NamingException reason = null;
    try {
      found = jndi.lookup(name);
    } catch (NamingException e) {
      reason = e;
    }
    if (type.isInstance(found)) {
      return type.cast(found);
    }
    throw new MessagingException(
        key
            + ": the server has "
            + (found == null ? "nothing" : "no " + type.getSimpleName())
            + " under the JNDI name `"
            + name
            + "`; create it in the server, or set the name under which the server has it",
        reason);
  }

  @Override
  public void close() {
    closeQuietly(connection);
  }

  private static void closeQuietly(@Nullable Connection connection) {
    if (connection == null) {
      return;
    }
    try {
      connection.close(); // rolls the session back
    } catch (JMSException e) {
      LOG.log(Level.DEBUG, "Closing a connection to the messaging failed", e);
    }
  }
}
