package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.infra.database.DataSourceWrapper;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A data source whose connections fail at a scripted point. */
final class FaultyDataSource extends DataSourceWrapper {

  /** The point of failure; each fails once, except {@link #DOWN}. */
  enum Fault {
    NONE,
    /** No connection is available until another fault is set. */
    DOWN,
    /** Inserting publications fails. */
    AT_INSERT,
    /** Every statement with a text that contains {@code poison} fails, as a constraint does. */
    POISON,
    /** The last statement before the commit fails. */
    AT_STREAM_UPDATE,
    /** The commit fails and is not executed. */
    COMMIT_FAILS,
    /** The commit is executed, and then the connection is lost. */
    COMMIT_TAKES_PLACE
  }

  private final AtomicReference<Fault> fault = new AtomicReference<>(Fault.NONE);
  private final AtomicInteger refusals = new AtomicInteger();
  private volatile SQLException why = new SQLException("scripted: the database is down");

  FaultyDataSource(DataSource real) {
    super(real);
  }

  void set(Fault next) {
    fault.set(next);
  }

  /** Makes all connections fail for this reason. */
  void down(SQLException reason) {
    why = reason;
    fault.set(Fault.DOWN);
  }

  /** Returns how often a connection was refused. */
  int refusals() {
    return refusals.get();
  }

  private boolean strikes(Fault expected) {
    return fault.compareAndSet(expected, Fault.NONE);
  }

  @Override
  public Connection getConnection() throws SQLException {
    if (fault.get() == Fault.DOWN) {
      refusals.incrementAndGet();
      throw why;
    }
    Connection connection = real.getConnection();
    boolean[] wrote = {false};
    return proxy(
        Connection.class,
        connection,
        (method, arguments) -> {
          switch (method) {
            case "commit" -> commit(connection, wrote[0]);
            case "prepareStatement" -> {
              String sql = (String) arguments[0];
              boolean isInsert = sql.startsWith("INSERT INTO broadcasty_events");
              boolean isUpdate = sql.startsWith("UPDATE broadcasty_streams SET head_seq");
              wrote[0] |= isInsert;
              boolean[] poisoned = {false};
              return proxy(
                  PreparedStatement.class,
                  connection.prepareStatement(sql),
                  (inner, values) -> {
                    poisoned[0] |=
                        inner.equals("setString") && String.valueOf(values[1]).contains("poison");
                    if (inner.equals("executeBatch")
                        && poisoned[0]
                        && fault.get() == Fault.POISON) {
                      throw new BatchUpdateException(
                          "scripted: a constraint is violated", "23000", 1062, new int[0]);
                    }
                    if (inner.equals("executeBatch")
                        && ((isInsert && strikes(Fault.AT_INSERT))
                            || (isUpdate && strikes(Fault.AT_STREAM_UPDATE)))) {
                      throw new SQLException("scripted: the statement fails");
                    }
                    return null;
                  });
            }
            default -> {}
          }
          return null;
        });
  }

  private void commit(Connection connection, boolean wrote) throws SQLException {
    if (wrote && strikes(Fault.COMMIT_FAILS)) {
      connection.rollback();
      throw new SQLException("scripted: the commit fails");
    }
    if (wrote && strikes(Fault.COMMIT_TAKES_PLACE)) {
      connection.commit();
      throw new SQLException("scripted: the connection was lost after the commit");
    }
  }

  private interface Before {
    /** Returns a replacement for the result, or null to call the target. */
    @Nullable Object call(String method, Object[] arguments) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, T target, Before before) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Object instead =
                  before.call(method.getName(), arguments == null ? new Object[0] : arguments);
              if (instead != null) {
                return instead;
              }
              try {
                return method.invoke(target, arguments);
              } catch (InvocationTargetException e) {
                throw e.getTargetException();
              }
            }));
  }
}
