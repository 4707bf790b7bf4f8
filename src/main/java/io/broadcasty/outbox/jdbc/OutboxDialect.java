package io.broadcasty.outbox.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;

/** What differs between databases when an outbox table is read. */
enum OutboxDialect {
  POSTGRESQL(
      """
      SELECT 1 WHERE pg_try_advisory_xact_lock(
        hashtextextended('broadcasty_outbox_reader', 'broadcasty_outbox'::regclass::oid::bigint))\
      """,
      "(EXTRACT(EPOCH FROM created_at) * 1000000)::bigint"),
  MYSQL(OutboxDialect.ROW_LOCK, "CAST(UNIX_TIMESTAMP(created_at) * 1000000 AS SIGNED)"),
  H2(OutboxDialect.ROW_LOCK, "CAST(EXTRACT(EPOCH FROM created_at) * 1000000 AS BIGINT)");

  /** The row with the empty name is no channel's, but that of the reader. */
  static final String ROW_LOCK =
      """
      SELECT channel FROM broadcasty_outbox_channels WHERE channel = ''
        FOR UPDATE SKIP LOCKED\
      """;

  private final String lock;
  private final String createdMicros;

  OutboxDialect(String lock, String createdMicros) {
    this.lock = lock;
    this.createdMicros = createdMicros;
  }

  /**
   * Returns the dialect of a connection.
   *
   * @throws SQLException when there is none for it
   */
  static OutboxDialect of(Connection connection) throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName();
    return switch (product.toLowerCase(Locale.ROOT)) {
      case "postgresql" -> POSTGRESQL;
      case "mysql", "mariadb" -> MYSQL;
      case "h2" -> H2;
      default ->
          throw new SQLException(
              "an outbox may be in PostgreSQL, MySQL, MariaDB or H2, and this is " + product);
    };
  }

  /** Returns the statement that has a row when this transaction is now the only reader. */
  String lock() {
    return lock;
  }

  /** Returns the statement that reads rows; its parameters are twice the longest payload. */
  String select(int maxRows) {
    return """
    SELECT id, channel, CASE WHEN OCTET_LENGTH(payload) <= ? THEN payload END,
      OCTET_LENGTH(payload), event, partition_key, headers, message_id, %s
    FROM broadcasty_outbox ORDER BY id LIMIT %d\
    """
        .formatted(createdMicros, maxRows);
  }

  /** Returns the statement that reads rows that were set aside; its parameter is an id. */
  String selectRefused(int limit) {
    return """
    SELECT id, channel, OCTET_LENGTH(payload), code, reason, %s, %s
    FROM broadcasty_outbox_refused WHERE id > ? ORDER BY id LIMIT %d\
    """
        .formatted(createdMicros, createdMicros.replace("created_at", "refused_at"), limit);
  }
}
