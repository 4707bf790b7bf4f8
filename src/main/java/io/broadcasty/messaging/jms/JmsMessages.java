package io.broadcasty.messaging.jms;

import io.broadcasty.messaging.IncomingMessage;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Publication;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads messages, and writes why one of them cannot be published. */
final class JmsMessages {

  /** The property that has the code of the protocol's table. */
  static final String CODE = "broadcasty_code";

  /** The property that says why a message was not published. */
  static final String REASON = "broadcasty_reason";

  /** The property that has the channel's name. */
  static final String CHANNEL = "broadcasty_channel";

  /** The property that has the publication's id, the same whenever it is sent. */
  static final String ID = "broadcasty_id";

  /** The property that has the publication's epoch. */
  static final String EPOCH = "broadcasty_epoch";

  /** The property that has the publication's partition. */
  static final String PARTITION = "broadcasty_partition";

  /** The property that has the publication's sequence. */
  static final String SEQUENCE = "broadcasty_sequence";

  private static final String GROUP = "JMSXGroupID";
  private static final String PROVIDERS = "JMSX";

  /** A longer body cannot be published, whatever the limits are. */
  private static final long MAX_BYTES = 16L * 1024 * 1024;

  private JmsMessages() {}

  static IncomingMessage read(Message message) throws JMSException {
    return new IncomingMessage(
        message.getJMSMessageID(),
        text(message),
        message.getJMSType(),
        message.getJMSCorrelationID(),
        message.getStringProperty(GROUP),
        texts(properties(message)));
  }

  private static @Nullable String text(Message message) throws JMSException {
    if (message instanceof TextMessage text) {
      return text.getText();
    }
    if (!(message instanceof BytesMessage bytes) || bytes.getBodyLength() > MAX_BYTES) {
      return null;
    }
    byte[] content = new byte[Math.toIntExact(bytes.getBodyLength())];
    bytes.readBytes(content);
    bytes.reset();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static Map<String, Object> properties(Message message) throws JMSException {
    Map<String, Object> properties = new HashMap<>();
    Enumeration<?> names = message.getPropertyNames();
    while (names.hasMoreElements()) {
      String name = names.nextElement().toString();
      Object value = message.getObjectProperty(name);
      if (value != null) {
        properties.put(name, value);
      }
    }
    return properties;
  }

  private static Map<String, String> texts(Map<String, Object> properties) {
    Map<String, String> texts = new HashMap<>();
    properties.forEach((name, value) -> texts.put(name, value.toString()));
    return texts;
  }

  /** Says of a new message which publication it is. */
  static void describe(Message message, Publication publication) throws JMSException {
    Envelope envelope = publication.envelope();
    message.setStringProperty(CHANNEL, envelope.channel().name().value());
    message.setStringProperty(ID, envelope.id());
    message.setStringProperty(EPOCH, publication.position().epoch());
    message.setIntProperty(PARTITION, publication.position().partition());
    message.setLongProperty(SEQUENCE, publication.position().sequence());
    if (envelope.message().event() != null) {
      message.setJMSType(envelope.message().event());
    }
    if (envelope.message().correlationId() != null) {
      message.setJMSCorrelationID(envelope.message().correlationId());
    }
  }

  /** Adds the reason to a message that was received; its body and properties remain. */
  static void annotate(Message message, String code, String reason) throws JMSException {
    Map<String, Object> properties = properties(message);
    message.clearProperties(); // those of a received message cannot be changed otherwise
    for (Map.Entry<String, Object> property : properties.entrySet()) {
      String name = property.getKey();
      if (!name.startsWith(PROVIDERS) || name.equals(GROUP)) {
        message.setObjectProperty(name, property.getValue());
      }
    }
    message.setStringProperty(CODE, code);
    message.setStringProperty(REASON, reason);
  }
}
