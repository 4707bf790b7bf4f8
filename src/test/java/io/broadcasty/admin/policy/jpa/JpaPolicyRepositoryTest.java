package io.broadcasty.admin.policy.jpa;

import io.broadcasty.admin.policy.PolicyRepository;
import io.broadcasty.admin.policy.PolicyRepositoryContract;
import io.broadcasty.admin.policy.PolicySource;
import io.broadcasty.admin.policy.jdbc.JdbcPolicies;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.jpa.EntityManagers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Runs the contract on H2; a subclass for each other database. */
class JpaPolicyRepositoryTest extends PolicyRepositoryContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @SuppressWarnings("NullAway.Init")
  private EntityManagers managers;

  /** Opens an empty database with the present schema. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("policies"), "sa", null, 4));
  }

  @BeforeEach
  void open() {
    database = openDatabase();
    managers = new EntityManagers(database, JpaPolicyRepository.ENTITIES);
  }

  @AfterEach
  void close() {
    managers.close();
    database.close();
  }

  @Override
  protected PolicyRepository repository() {
    return new JpaPolicyRepository(managers);
  }

  @Override
  protected PolicySource source() {
    return new JdbcPolicies(database);
  }

  @Override
  protected void makeUnreachable() {
    database.close();
  }
}
