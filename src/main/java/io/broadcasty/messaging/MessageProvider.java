package io.broadcasty.messaging;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.relay.failover.ProviderFailure;
import io.broadcasty.relay.provider.Provider;
import io.broadcasty.relay.provider.ProviderException;
import io.broadcasty.relay.provider.RelayOutcome;
import io.broadcasty.streams.broker.Publication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Relays publications to a queue or topic. The relay keeps how far each channel has been relayed,
 * so that every publication is sent at least once, those of a channel in their order.
 */
@ThreadSafe
public final class MessageProvider implements Provider {

  private final String name;
  private final MessageSink.Opener opener;

  @GuardedBy("this")
  private @Nullable MessageSink sink;

  /**
   * Creates a provider that connects when it is used.
   *
   * @param connector the id of the connector
   */
  public MessageProvider(String connector, MessageSink.Opener opener) {
    this.name = "messaging." + connector;
    this.opener = opener;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public synchronized RelayOutcome send(List<Publication> run) throws ProviderException {
    boolean sent = false;
    try {
      connected().send(run);
      sent = true;
      return new RelayOutcome.Accepted(run.size());
    } catch (MessagingException e) {
      throw failure(e);
    } finally {
      if (!sent) {
        disconnect();
      }
    }
  }

  @Override
  public synchronized void probe() throws ProviderException {
    try {
      var unused = connected();
    } catch (MessagingException e) {
      throw failure(e);
    }
  }

  /** Closes the connection; sending opens another one. */
  public synchronized void disconnect() {
    MessageSink open = sink;
    sink = null;
    if (open != null) {
      open.close();
    }
  }

  @GuardedBy("this")
  private MessageSink connected() throws MessagingException {
    MessageSink open = sink;
    if (open == null) {
      open = opener.open();
      sink = open;
    }
    return open;
  }

  private static ProviderException failure(MessagingException reason) {
    return new ProviderException(
        ProviderFailure.temporary(String.valueOf(reason.getMessage())), reason);
  }
}
