package io.broadcasty.admin.policy.jpa;

import static io.broadcasty.admin.policy.TestPolicies.ACME;
import static io.broadcasty.admin.policy.TestPolicies.policy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.policy.PolicyRepository;
import io.broadcasty.admin.policy.PolicyRepositoryContract;
import io.broadcasty.admin.policy.PolicySnapshot;
import io.broadcasty.admin.policy.PolicySource;
import io.broadcasty.admin.policy.PolicyStoreException;
import io.broadcasty.admin.policy.StoredPolicy;
import io.broadcasty.admin.policy.jdbc.JdbcPolicies;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Transactions;
import io.broadcasty.infra.jpa.EntityManagers;
import java.nio.file.Path;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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

  @Test
  void aPolicyOfALaterReleaseConcernsItsTenantAlone() throws Exception {
    repository().insert(policy("a", "acme", "private-a"));
    repository().insert(policy("b", "acme", "private-b"));
    repository().insert(policy("c", "other", "private-c"));
    var unused =
        new Transactions(database)
            .runAutoCommit(
                connection -> {
                  try (Statement statement = connection.createStatement()) {
                    return statement.executeUpdate(
                        "UPDATE broadcasty_channels SET channels = '{' WHERE policy_id = 'a'");
                  }
                });
    PolicySource.AllPolicies all = source().loadAll();
    assertEquals(Set.of(ACME), all.unreadable());
    assertEquals(List.of("c"), all.policies().stream().map(StoredPolicy::id).toList());
    assertThrows(PolicyStoreException.class, () -> source().load(ACME));

    PolicySnapshot snapshot = new PolicySnapshot(Ticker.system());
    snapshot.readFrom(source());
    assertNotNull(snapshot.refreshAll());
    assertTrue(snapshot.isUnread(ACME));
    assertThrows(IllegalStateException.class, () -> snapshot.of("acme"));
    assertFalse(snapshot.isUnread(new TenantId("other")));
  }
}
