package io.broadcasty.admin.key.jpa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.broadcasty.admin.key.ApiKey;
import io.broadcasty.admin.key.ApiKeyRepository;
import io.broadcasty.admin.key.ApiKeyRepositoryContract;
import io.broadcasty.admin.key.ApiKeySource;
import io.broadcasty.admin.key.TestKeys;
import io.broadcasty.admin.key.jdbc.JdbcApiKeys;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.jpa.EntityManagers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the contract on H2; a subclass for each other database. */
class JpaApiKeyRepositoryTest extends ApiKeyRepositoryContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @SuppressWarnings("NullAway.Init")
  private EntityManagers managers;

  @SuppressWarnings("NullAway.Init")
  private JdbcApiKeys source;

  /** Opens an empty database with the present schema. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("keys"), "sa", null, 4));
  }

  @BeforeEach
  void open() {
    database = openDatabase();
    managers = new EntityManagers(database, JpaApiKeyRepository.ENTITIES);
    source = new JdbcApiKeys(database, CLOCK);
  }

  @AfterEach
  void close() {
    managers.close();
    database.close();
  }

  @Override
  protected ApiKeyRepository repository() {
    return new JpaApiKeyRepository(managers);
  }

  @Override
  protected ApiKeySource source() {
    return source;
  }

  @Override
  protected void makeUnreachable() {
    database.close();
  }

  private long lastUsed(String id) {
    ApiKey found = repository().find(id);
    assertNotNull(found);
    return found.lastUsedAtMillis();
  }

  /** The data plane writes it at any time, so a change of the key must not set it back. */
  @Test
  void theLastUseGrowsAndOutlivesAChange() {
    ApiKey read = repository().insert(TestKeys.key("a", "acme"));
    assertNotNull(read);
    source.storeUses(Map.of("a", 5000L, "missing", 1L));
    assertEquals(5000, lastUsed("a"));
    source.storeUses(Map.of("a", 4000L));
    assertEquals(5000, lastUsed("a"));
    assertNotNull(repository().replace(read.withSecrets("m", "s", "p", 1, 2000)));
    assertEquals(5000, lastUsed("a"));
  }

  @Test
  void keysAreDeletedOnceTheyHaveBeenOfNoUseForLong() {
    for (String id : List.of("active", "revoked", "lately")) {
      ApiKey key = repository().insert(TestKeys.key(id, "acme"));
      assertNotNull(key);
      if (!id.equals("active")) {
        assertNotNull(repository().replace(key.withoutUse(id.equals("lately") ? 9000 : 2000)));
      }
    }
    assertEquals(1, source.prune(5000));
    assertEquals(
        List.of("active", "lately"),
        repository().list(TestKeys.ACME, "", 9).stream().map(ApiKey::id).toList());
  }
}
