package io.broadcasty.admin.revocation.jpa;

import io.broadcasty.admin.revocation.RevocationRepository;
import io.broadcasty.admin.revocation.RevocationRepositoryContract;
import io.broadcasty.admin.revocation.RevocationSource;
import io.broadcasty.admin.revocation.jdbc.JdbcRevocations;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.jpa.EntityManagers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Runs the contract on H2; a subclass for each other database. */
class JpaRevocationRepositoryTest extends RevocationRepositoryContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @SuppressWarnings("NullAway.Init")
  private EntityManagers managers;

  @SuppressWarnings("NullAway.Init")
  private JdbcRevocations source;

  /** Opens an empty database with the present schema. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("revocations"), "sa", null, 4));
  }

  @BeforeEach
  void open() {
    database = openDatabase();
    managers = new EntityManagers(database, JpaRevocationRepository.ENTITIES);
    source = new JdbcRevocations(database);
  }

  @AfterEach
  void close() {
    managers.close();
    database.close();
  }

  @Override
  protected RevocationRepository repository() {
    return new JpaRevocationRepository(managers);
  }

  @Override
  protected RevocationSource source() {
    return source;
  }

  @Override
  protected void makeUnreachable() {
    database.close();
  }
}
