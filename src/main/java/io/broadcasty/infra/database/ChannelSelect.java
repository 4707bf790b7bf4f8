package io.broadcasty.infra.database;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the rows of many channels with few statements. */
public final class ChannelSelect {

  /** Reads the current row of a channel. */
  @FunctionalInterface
  public interface RowReader {
    void read(TenantChannel channel, ResultSet row) throws SQLException;
  }

  private final String select;
  private final int maxKeys;

  /**
   * Creates a query.
   *
   * @param select the beginning of the statement, up to {@code WHERE}; its first column is {@code
   *     channel}
   * @param maxKeys how many channels to query in one statement
   */
  public ChannelSelect(String select, int maxKeys) {
    this.select = select + " WHERE tenant_id = ? AND channel IN (";
    this.maxKeys = maxKeys;
  }

  /** Reads the rows of the channels. */
  public void run(Connection connection, Collection<TenantChannel> channels, RowReader reader)
      throws SQLException {
    Map<TenantId, List<String>> names = new LinkedHashMap<>();
    for (TenantChannel channel : channels) {
      names.computeIfAbsent(channel.tenant(), t -> new ArrayList<>()).add(channel.name().value());
    }
    for (Map.Entry<TenantId, List<String>> each : names.entrySet()) {
      run(connection, each.getKey(), each.getValue(), reader);
    }
  }

  private void run(Connection connection, TenantId tenant, List<String> names, RowReader reader)
      throws SQLException {
    int placeholders = Math.min(maxKeys, names.size());
    String sql = select + String.join(", ", Collections.nCopies(placeholders, "?")) + ")";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, tenant.value());
      for (int from = 0; from < names.size(); from += placeholders) {
        for (int i = 0; i < placeholders; i++) { // the last one fills the remaining placeholders
          statement.setString(2 + i, names.get(Math.min(from + i, names.size() - 1)));
        }
        try (ResultSet row = statement.executeQuery()) {
          while (row.next()) {
            reader.read(new TenantChannel(tenant, new ChannelName(row.getString(1))), row);
          }
        }
      }
    }
  }
}
