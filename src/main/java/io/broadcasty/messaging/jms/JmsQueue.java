package io.broadcasty.messaging.jms;

import io.broadcasty.messaging.ConnectorSettings;
import io.broadcasty.messaging.IncomingMessage;
import io.broadcasty.messaging.MessageQueue;
import io.broadcasty.messaging.MessagingException;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A queue or topic of Jakarta Messaging. For one thread, except {@link #close}. */
final class JmsQueue implements MessageQueue {

  /** The most characters of texts that are received together. */
  private static final int MAX_CHARACTERS = 1024 * 1024;

  private final JmsSession connection;
  private final MessageConsumer consumer;
  private final MessageProducer deadLetters;
  private List<Message> received = List.of();

  private JmsQueue(JmsSession connection, MessageConsumer consumer, MessageProducer deadLetters) {
    this.connection = connection;
    this.consumer = consumer;
    this.deadLetters = deadLetters;
  }

  /**
   * Connects to a queue or topic.
   *
   * @param prefix what the names of the connector's keys begin with, for messages
   */
  static JmsQueue open(
      JmsSession.JndiLookup jndi,
      String prefix,
      ConnectorSettings.Connection settings,
      ConnectorSettings.In flow)
      throws MessagingException {
    JmsSession connection = JmsSession.open(jndi, prefix, settings);
    boolean opened = false;
    try {
      Destination source = connection.destination(prefix + "destination", settings.destination());
      Destination target = connection.destination(prefix + "dead-letter", flow.deadLetter());
      JmsQueue queue =
          new JmsQueue(
              connection,
              consumer(connection, source, flow.subscription()),
              connection.session().createProducer(target));
      opened = true;
      return queue;
    } catch (JMSException e) {
      throw new MessagingException(
          "cannot receive from `"
              + settings.destination()
              + "`, or send to `"
              + flow.deadLetter()
              + "`: "
              + e.getMessage(),
          e);
    } finally {
      if (!opened) {
        connection.close();
      }
    }
  }

  private static MessageConsumer consumer(
      JmsSession connection, Destination source, @Nullable String subscription)
      throws JMSException {
    return subscription != null && source instanceof Topic topic
        ? connection.session().createSharedDurableConsumer(topic, subscription)
        : connection.session().createConsumer(source);
  }

  @Override
  public List<IncomingMessage> receive(int max, Duration wait) throws MessagingException {
    List<Message> messages = new ArrayList<>();
    List<IncomingMessage> texts = new ArrayList<>();
    int characters = 0;
    try {
      connection.check();
      Message next = consumer.receive(wait.toMillis());
      while (next != null) {
        IncomingMessage message = JmsMessages.read(next);
        messages.add(next);
        texts.add(message);
        characters += message.text() == null ? 0 : message.text().length();
        next =
            messages.size() < max && characters < MAX_CHARACTERS ? consumer.receiveNoWait() : null;
      }
    } catch (JMSException e) {
      throw JmsSession.lost(e);
    }
    received = messages;
    return texts;
  }

  @Override
  public void deadLetter(int number, String code, String reason) throws MessagingException {
    try {
      Message message = received.get(number);
      JmsMessages.annotate(message, code, reason);
      deadLetters.send(message);
    } catch (JMSException e) {
      throw new MessagingException("cannot send to the dead-letter queue: " + e.getMessage(), e);
    }
  }

  @Override
  public void acknowledge() throws MessagingException {
    try {
      connection.session().commit();
      received = List.of();
    } catch (JMSException e) {
      throw JmsSession.lost(e);
    }
  }

  @Override
  public void close() {
    connection.close();
  }
}
