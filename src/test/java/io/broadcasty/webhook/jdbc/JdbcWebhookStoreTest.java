package io.broadcasty.webhook.jdbc;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.webhook.WebhookEndpoints;
import io.broadcasty.webhook.WebhookOutbox;
import io.broadcasty.webhook.WebhookStoreContract;
import io.broadcasty.webhook.WebhookStoreException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the contract on H2; a subclass for each other database. */
class JdbcWebhookStoreTest extends WebhookStoreContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  /** Opens an empty database with the present schema. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("webhooks"), "sa", null, 4));
  }

  @BeforeEach
  void openStore() {
    database = openDatabase();
  }

  @AfterEach
  void closeStore() {
    database.close();
  }

  @Override
  protected WebhookEndpoints endpoints() {
    return new JdbcWebhookEndpoints(database, time);
  }

  @Override
  protected WebhookOutbox outbox() {
    return new JdbcWebhookOutbox(database, time);
  }

  @Test
  void throwsWhenTheDatabaseCannotBeReached() {
    database.close();
    assertThrows(WebhookStoreException.class, () -> outbox().due("one", 1));
    assertThrows(WebhookStoreException.class, () -> endpoints().find("one"));
  }
}
