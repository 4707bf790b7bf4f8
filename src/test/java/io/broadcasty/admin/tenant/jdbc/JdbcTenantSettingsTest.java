package io.broadcasty.admin.tenant.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.admin.tenant.SettingsText;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.core.tenant.TenantSettingsBuilder;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.tenant.TenantSettingsSource;
import io.broadcasty.core.tenant.TenantSettingsSourceContract;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.server.config.TenantSettingTable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdbcTenantSettingsTest extends TenantSettingsSourceContract {

  private static final TenantSettings CONFIGURED = TestTenantSettings.GENEROUS;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @BeforeEach
  void open() {
    database =
        Database.open(
            new DatabaseSettings("jdbc:h2:file:" + dir.resolve("settings"), "sa", null, 2));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Override
  protected TenantSettingsSource source() {
    return new JdbcTenantSettings(database, new TenantSettingTable());
  }

  @Override
  protected void keep(TenantId tenant, int maxChannels) {
    store(
        tenant.value(),
        "active",
        SettingsText.write(Map.of("limits.channels-per-connection", String.valueOf(maxChannels))));
  }

  @Override
  protected void remove(TenantId tenant) {
    run("DELETE FROM broadcasty_tenants WHERE tenant_id = ?", tenant.value());
  }

  @Override
  protected void makeUnreachable() {
    database.close();
  }

  private void store(String tenant, String state, String settings) {
    run(
        "INSERT INTO broadcasty_tenants VALUES (?, 'A name', ?, ?, 1, 1, 1)",
        tenant,
        state,
        settings);
  }

  private void run(String sql, String... values) {
    try (Connection connection = database.dataSource().getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      statement.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private TenantState state(TenantId tenant) {
    return source().load(tenant, CONFIGURED).state();
  }

  @Test
  void aStoredTenantIsKnownAndMayBeSuspended() {
    TenantSettings unknown =
        new TenantSettingsBuilder(CONFIGURED).state(TenantState.UNKNOWN).build();
    store("acme", "active", "{}");
    store("beta", "suspended", "{}");
    assertEquals(TenantState.ACTIVE, source().load(ACME, unknown).state());
    assertEquals(TenantState.SUSPENDED, source().load(BETA, unknown).state());
    assertEquals(TenantState.UNKNOWN, source().load(new TenantId("other"), unknown).state());
    assertEquals(2, source().loadAll(TenantSettingsLookup.uniform(unknown)).size());
  }

  /** A row of a later release, or one that somebody has edited, must not stop the others. */
  @Test
  void whatCannotBeReadIsLeftOutAndLogged() {
    store("acme", "active", "{\"limits.batch\":\"5\",\"limits.later\":\"1\",\"limits.x\":{}}");
    store("beta", "frozen", "no JSON");
    store("no tenant", "active", "{}");
    keep(new TenantId("good"), 3);
    try (LogCapture captured = new LogCapture(JdbcTenantSettings.class)) {
      Map<TenantId, TenantSettings> all =
          source().loadAll(TenantSettingsLookup.uniform(CONFIGURED));
      assertEquals(
          Map.of(
              ACME,
              new TenantSettingsBuilder(CONFIGURED).maxBatch(5).build(),
              BETA,
              new TenantSettingsBuilder(CONFIGURED).state(TenantState.SUSPENDED).build(),
              new TenantId("good"),
              new TenantSettingsBuilder(CONFIGURED).maxChannels(3).build()),
          all);
      for (String part : new String[] {"limits.later", "frozen", "tenant beta"}) {
        assertTrue(captured.text().contains(part), captured::text);
      }
    }
    assertEquals(TenantState.SUSPENDED, state(BETA));
  }
}
