package io.broadcasty.outbox;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.tenant.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A database of an application, whose outbox table is read.
 *
 * @param id names it in the configuration, in metrics and in the ids of its publications
 * @param tenant whose channels its rows are published to
 * @param dataSource the JNDI name of the server's data source; null for {@code url}
 * @param url the JDBC URL; null for {@code dataSource}
 * @param user may be empty
 * @param password null for none
 * @param patterns the channels that its rows may name, besides {@code names}
 * @param names the channels that its rows may name, besides those of {@code patterns}
 * @param poll the longest time between two looks at the table
 */
public record OutboxSource(
    String id,
    TenantId tenant,
    @Nullable String dataSource,
    @Nullable String url,
    String user,
    @Nullable String password,
    List<ChannelPattern> patterns,
    Set<String> names,
    Duration poll) {

  public OutboxSource {
    patterns = List.copyOf(patterns);
    names = Set.copyOf(names);
  }

  /** Returns whether rows may name the channel. */
  public boolean allows(ChannelName channel) {
    return names.contains(channel.value())
        || patterns.stream().anyMatch(pattern -> pattern.matches(channel));
  }

  /** Omits the password, and the URL, which may contain one. */
  @Override
  public String toString() {
    return "OutboxSource[id=" + id + ", tenant=" + tenant + "]";
  }
}
