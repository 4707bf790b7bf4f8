package io.broadcasty.admin.tenant.jpa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.broadcasty.admin.tenant.Tenant;
import io.broadcasty.admin.tenant.TenantRepository;
import io.broadcasty.admin.tenant.TenantRepositoryContract;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.jpa.EntityManagers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the contract on H2; a subclass for each other database. */
class JpaTenantRepositoryTest extends TenantRepositoryContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @SuppressWarnings("NullAway.Init")
  private EntityManagers managers;

  @SuppressWarnings("NullAway.Init")
  private EntityManagers others;

  /** Opens an empty database with the present schema. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("tenants"), "sa", null, 4));
  }

  @BeforeEach
  void open() {
    database = openDatabase();
    managers = new EntityManagers(database, JpaTenantRepository.ENTITIES);
    others = new EntityManagers(database, JpaTenantRepository.ENTITIES);
  }

  @AfterEach
  void close() {
    managers.close();
    others.close();
    database.close();
  }

  @Override
  protected TenantRepository repository() {
    return new JpaTenantRepository(managers);
  }

  @Override
  protected TenantRepository otherNode() {
    return new JpaTenantRepository(others);
  }

  @Override
  protected void makeUnreachable() {
    database.close();
  }

  /** One bad row must not hide the others, nor keep an operator from correcting it. */
  @Test
  void aRowThatCannotBeReadIsShownAndCanBeReplaced() throws Exception {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO broadcasty_tenants VALUES ('acme', 'Acme', 'frozen', 'no JSON', 1, 1, 7)");
    }
    Tenant found = repository().list(null, 10).get(0);
    assertEquals(
        new Tenant(new TenantId("acme"), "Acme", TenantState.SUSPENDED, Map.of(), 1, 1, 7), found);
    assertNotNull(repository().replace(found));
  }
}
