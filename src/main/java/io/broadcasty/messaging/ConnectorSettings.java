package io.broadcasty.messaging;

import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one connector.
 *
 * @param id its name in the configuration, of lower-case letters and digits
 * @param tenant whose channels it uses
 * @param connection how the messaging is reached
 * @param flow which way messages go
 */
public record ConnectorSettings(String id, TenantId tenant, Connection connection, Flow flow) {

  /** Returns what the names of its keys begin with. */
  public String keyPrefix() {
    return "broadcasty.messaging." + id + ".";
  }

  /**
   * A connection to the messaging.
   *
   * @param factory the JNDI name of a connection factory
   * @param user null for the user of the factory
   * @param password null for none; never logged
   * @param destination the JNDI name of a queue or topic
   */
  public record Connection(
      String factory, @Nullable String user, @Nullable String password, String destination) {

    /** Omits the credentials. */
    @Override
    public String toString() {
      return "Connection[" + factory + ", " + destination + "]";
    }
  }

  /** Which way messages go. */
  public sealed interface Flow {}

  /**
   * Messages become publications.
   *
   * @param channel of the publications
   * @param roles what the policy decides by
   * @param deadLetter the JNDI name of the queue of messages that cannot be published
   * @param subscription the name of a durable subscription of a topic; null for none
   */
  public record In(
      ChannelTemplate channel, Set<String> roles, String deadLetter, @Nullable String subscription)
      implements Flow {

    public In {
      roles = Set.copyOf(roles);
    }
  }

  /**
   * Publications become messages.
   *
   * @param channels whose publications
   */
  public record Out(List<ChannelPattern> channels) implements Flow {

    public Out {
      channels = List.copyOf(channels);
    }
  }
}
