package io.broadcasty.relay.jdbc;

/**
 * The statements of checkpoints in one set of tables.
 *
 * @param since reads when the relay began
 * @param begin stores when the relay began
 * @param take claims a channel whose row exists
 * @param first claims a channel without a row
 * @param renew renews a claim
 * @param read reads the positions of a channel
 * @param readMany reads positions, up to {@code WHERE}
 * @param move changes the position of a partition
 * @param add stores the first position of a partition
 * @param deleteSaved deletes what was saved long ago
 * @param deleteClaims deletes claims that ended long ago
 */
record CheckpointStatements(
    String since,
    String begin,
    String take,
    String first,
    String renew,
    String read,
    String readMany,
    String move,
    String add,
    String deleteSaved,
    String deleteClaims) {

  private static final String KEY = " WHERE tenant_id = ? AND channel = ?";

  /** Returns the statements of the relay to providers. */
  static CheckpointStatements ofProviders() {
    return of("broadcasty_relay", "id", "1");
  }

  /**
   * Returns the statements of a connector.
   *
   * @param connector its id
   * @throws IllegalArgumentException when it has other characters than letters and digits
   */
  static CheckpointStatements ofConnector(String connector) {
    if (!connector.matches("[A-Za-z0-9]{1,32}")) {
      throw new IllegalArgumentException("the id of a connector has letters and digits only");
    }
    return of("broadcasty_messaging", "connector", "'" + connector + "'");
  }

  /**
   * @param column of the row that says when the relay began; of every row in the connectors' tables
   */
  private static CheckpointStatements of(String table, String column, String value) {
    boolean scoped = column.equals("connector");
    String own = scoped ? " AND connector = " + value : "";
    String columns = scoped ? ", connector)" : ")";
    String values = scoped ? ", " + value + ")" : ")";
    String claims = table + "_claims";
    String begun = table + "_since";
    return new CheckpointStatements(
        "SELECT since_at FROM " + begun + " WHERE " + column + " = " + value,
        "INSERT INTO " + begun + " (" + column + ", since_at) VALUES (" + value + ", ?)",
        "UPDATE "
            + claims
            + " SET owner = ?, until_at = ?"
            + KEY
            + " AND (owner = ? OR until_at <= ?)"
            + own,
        "INSERT INTO "
            + claims
            + " (owner, until_at, tenant_id, channel"
            + columns
            + " VALUES (?, ?, ?, ?"
            + values,
        "UPDATE " + claims + " SET until_at = ?" + KEY + " AND owner = ?" + own,
        "SELECT partition_no, epoch, seq FROM " + table + KEY + own,
        "SELECT channel, partition_no, epoch, seq FROM "
            + (scoped
                ? "(SELECT * FROM " + table + " WHERE connector = " + value + ") connectors"
                : table),
        "UPDATE "
            + table
            + " SET epoch = ?, seq = ?, saved_at = ?"
            + KEY
            + " AND partition_no = ?"
            + own,
        "INSERT INTO "
            + table
            + " (epoch, seq, saved_at, tenant_id, channel, partition_no"
            + columns
            + " VALUES (?, ?, ?, ?, ?, ?"
            + values,
        "DELETE FROM " + table + " WHERE saved_at < ?" + own,
        "DELETE FROM " + claims + " WHERE until_at < ?" + own);
  }
}
