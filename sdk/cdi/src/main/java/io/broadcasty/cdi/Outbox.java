package io.broadcasty.cdi;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;

/**
 * Publishes in a transaction that the application controls itself (resource-local), by a row of the
 * outbox in the same database.
 *
 * <pre>{@code
 * connection.setAutoCommit(false);
 * … // the application's own statements
 * outbox.publish(connection, "orders.eu", order, PublishOptions.NONE);
 * connection.commit();
 * }</pre>
 *
 * <p>The channel is locked until the end of the transaction. Publish last, and to several channels
 * in the order of their names, so that two transactions do not wait for each other. JTA
 * transactions need none of this: use {@link Publisher} with {@code broadcasty.client.via=outbox}.
 */
@ApplicationScoped
public class Outbox {

  @Inject private Publishing publishing;

  /** Called by the container. */
  protected Outbox() {}

  /**
   * Writes a publication in the transaction of the connection.
   *
   * @throws PublishException if the payload or the row cannot be written
   */
  public void publish(
      Connection connection, String channel, Object payload, PublishOptions options) {
    publishing.writeToOutbox(connection, channel, payload, options);
  }
}
