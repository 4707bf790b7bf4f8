package io.broadcasty.core.auth.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.hash.Hashes;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.lang.System.Logger.Level;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Remembers the nonces that all nodes have seen in {@code broadcasty_nonces}, a row for each. Times
 * are those of the clock that the nodes share.
 */
@ThreadSafe
public final class JdbcNonceStore implements NonceStore {

  private static final System.Logger LOG = System.getLogger(JdbcNonceStore.class.getName());
  private static final String INSERT =
      "INSERT INTO broadcasty_nonces (nonce_hash, expires_at) VALUES (?, ?)";
  private static final String PRUNE = "DELETE FROM broadcasty_nonces WHERE expires_at <= ?";

  /** The class of SQL states for violated constraints (ISO/IEC 9075-2). */
  private static final String CONSTRAINT = "23";

  private final Transactions transactions;
  private final Transactions upkeep;
  private final long retentionMillis;
  private final WallClock clock;

  /**
   * Creates a store.
   *
   * @param database stays open
   * @param retention how long a nonce is remembered
   * @param clock the clock that the nodes share
   */
  public JdbcNonceStore(Database database, Duration retention, WallClock clock) {
    this.transactions = new Transactions(database);
    this.upkeep = Transactions.ofUpkeep(database);
    this.retentionMillis = retention.toMillis();
    this.clock = clock;
  }

  @Override
  public boolean tryUse(TenantId tenant, String subject, String nonce) {
    String hash = hash(tenant, subject, nonce);
    long expiresAt = clock.nowMillis() + retentionMillis;
    try {
      return transactions.runAutoCommit(
          connection -> {
            try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
              insert.setString(1, hash);
              insert.setLong(2, expiresAt);
              return insert.executeUpdate() == 1;
            }
          });
    } catch (SQLException e) {
      String state = e.getSQLState();
      if (state != null && state.startsWith(CONSTRAINT)) {
        return false;
      }
      throw new AuthenticationUnavailableException("Cannot check a nonce in the database", e);
    }
  }

  /** Deletes the nonces that need not be remembered any more; one node at a time. */
  public void prune() {
    long now = clock.nowMillis();
    try {
      int deleted =
          upkeep.runAutoCommit(
              connection -> {
                try (PreparedStatement delete = connection.prepareStatement(PRUNE)) {
                  delete.setLong(1, now);
                  return delete.executeUpdate();
                }
              });
      LOG.log(Level.TRACE, "Deleted {0} nonces", deleted);
    } catch (SQLException e) { // they are deleted the next time
      LOG.log(Level.DEBUG, "Cannot delete old nonces", e);
    }
  }

  /** Returns a key of fixed length; the lengths keep the parts apart. */
  private static String hash(TenantId tenant, String subject, String nonce) {
    String text =
        tenant.value().length() + ":" + tenant.value() + subject.length() + ":" + subject + nonce;
    return Hashes.sha256Hex(text);
  }
}
