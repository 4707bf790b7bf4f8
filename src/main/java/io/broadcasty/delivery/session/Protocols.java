package io.broadcasty.delivery.session;

import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The protocols that a node supports. The first of each list is the default for clients that name
 * none.
 *
 * @param messages over WebSocket
 * @param events over Server-Sent Events
 */
public record Protocols(List<MessageProtocol> messages, List<EventProtocol> events) {

  public Protocols {
    messages = List.copyOf(messages);
    events = List.copyOf(events);
    if (messages.isEmpty() || events.isEmpty()) {
      throw new IllegalArgumentException("A node needs at least one protocol of each kind");
    }
  }

  /** Returns the WebSocket subprotocols of the shared path, in the order of the list. */
  public List<String> subprotocols() {
    return messages.stream()
        .filter(protocol -> protocol.path() == null)
        .map(MessageProtocol::name)
        .toList();
  }

  /** Returns the protocols over WebSocket that have a path of their own. */
  public List<MessageProtocol> atPaths() {
    return messages.stream().filter(protocol -> protocol.path() != null).toList();
  }

  /** Returns one of {@link #atPaths} alone, for the transport at its path. */
  public Protocols only(MessageProtocol protocol) {
    return new Protocols(List.of(protocol), events);
  }

  /**
   * Returns the protocol of a subprotocol.
   *
   * @param subprotocol one of {@link #subprotocols}; null or empty when none was negotiated
   */
  public MessageProtocol message(@Nullable String subprotocol) {
    for (MessageProtocol protocol : messages) {
      if (protocol.path() == null && protocol.name().equals(subprotocol)) {
        return protocol;
      }
    }
    return messages.get(0);
  }

  /**
   * Returns the event protocol of this name.
   *
   * @param name null for the default
   * @throws ProblemException when there is none of this name
   */
  public EventProtocol event(@Nullable String name) throws ProblemException {
    if (name == null) {
      return events.get(0);
    }
    for (EventProtocol protocol : events) {
      if (protocol.name().equals(name)) {
        return protocol;
      }
    }
    throw new ProblemException(
        Code.INVALID_REQUEST,
        "`protocol` must be one of "
            + events.stream().map(EventProtocol::name).collect(Collectors.joining(", ")));
  }
}
