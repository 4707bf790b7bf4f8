package io.broadcasty.infra.database;

import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.jspecify.annotations.Nullable;

/**
 * How the schema of a database compares with that of this release.
 *
 * @param version the newest migration that was applied; null for an empty database
 * @param pending how many migrations the next start applies
 * @param newer the newest migration that this release does not know; null for none
 */
public record SchemaState(@Nullable String version, int pending, @Nullable String newer) {

  static SchemaState of(MigrationInfoService info) {
    String newer = null;
    for (MigrationInfo migration : info.all()) {
      if (migration.getState() == MigrationState.FUTURE_SUCCESS) {
        newer = String.valueOf(migration.getVersion());
      }
    }
    MigrationInfo current = info.current();
    return new SchemaState(
        current == null ? null : String.valueOf(current.getVersion()),
        info.pending().length,
        newer);
  }
}
