package io.broadcasty.messaging.jms;

import io.broadcasty.messaging.ConnectorSettings;
import io.broadcasty.messaging.MessageSink;
import io.broadcasty.messaging.MessagingException;
import io.broadcasty.streams.broker.Publication;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import java.util.List;

/** A queue or topic of Jakarta Messaging that takes messages. For one thread at a time. */
final class JmsSink implements MessageSink {

  private final JmsSession connection;
  private final MessageProducer producer;

  private JmsSink(JmsSession connection, MessageProducer producer) {
    this.connection = connection;
    this.producer = producer;
  }

  /**
   * Connects to a queue or topic.
   *
   * @param prefix what the names of the connector's keys begin with, for messages
   */
  static JmsSink open(
      JmsSession.JndiLookup jndi, String prefix, ConnectorSettings.Connection settings)
      throws MessagingException {
    JmsSession connection = JmsSession.open(jndi, prefix, settings);
    boolean opened = false;
    try {
      JmsSink sink =
          new JmsSink(
              connection,
              connection
                  .session()
                  .createProducer(
                      connection.destination(prefix + "destination", settings.destination())));
      opened = true;
      return sink;
    } catch (JMSException e) {
      throw new MessagingException(
          "cannot send to `" + settings.destination() + "`: " + e.getMessage(), e);
    } finally {
      if (!opened) {
        connection.close();
      }
    }
  }

  @Override
  public void send(List<Publication> publications) throws MessagingException {
    try {
      connection.check();
      for (Publication publication : publications) {
        Message message =
            connection.session().createTextMessage(publication.envelope().message().payload());
        JmsMessages.describe(message, publication);
        producer.send(message);
      }
      connection.session().commit();
    } catch (JMSException e) {
      throw JmsSession.lost(e);
    }
  }

  @Override
  public void close() {
    connection.close();
  }
}
