package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.core.format.DecodingFailures;
import io.broadcasty.streams.broker.HeadersFormat;
import io.broadcasty.streams.broker.Message;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Reads and writes the version of rows that contain a message, in the columns {@code
 * format_version} and {@code headers}. A row without a version was written by a node that does not
 * know headers.
 */
final class RowVersion {

  private static final int VERSION = 1;

  private RowVersion() {}

  /**
   * Sets both columns.
   *
   * @param index the index of the version's parameter; that of the headers follows it
   */
  static void bind(PreparedStatement insert, int index, Message message) throws SQLException {
    insert.setInt(index, VERSION);
    insert.setBytes(index + 1, HeadersFormat.write(message));
  }

  /**
   * Reads both columns.
   *
   * @param what the kind of row, in the plural
   * @param index the index of the version's column; that of the headers follows it
   * @throws io.broadcasty.core.format.UnknownVersionException when the row cannot be decoded
   */
  static HeadersFormat.Parts parts(String what, ResultSet row, int index) throws SQLException {
    int version = row.getInt(index); // 0 for null
    if (version > VERSION) {
      throw DecodingFailures.unknownVersion(what, version);
    }
    try {
      return HeadersFormat.read(row.getBytes(index + 1));
    } catch (IllegalArgumentException e) {
      throw DecodingFailures.malformed(what, e);
    }
  }
}
