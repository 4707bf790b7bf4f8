package io.broadcasty.cdi;

import io.broadcasty.client.PublishResult;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/** Writes publications to the outbox, before the commit of the transaction they belong to. */
final class OutboxTransactions {

  private final Supplier<TransactionSynchronizationRegistry> registries;
  private final OutboxWriter writer;
  private volatile DataSource dataSource;

  /** Identifies the publications of this application among the resources of a transaction. */
  private final Object key = new Object();

  OutboxTransactions(Supplier<TransactionSynchronizationRegistry> registries, OutboxWriter writer) {
    this.registries = registries;
    this.writer = writer;
  }

  /**
   * Writes a publication: before the commit, or at once in a transaction of its own.
   *
   * @throws PublishException if it cannot be written
   */
  void send(Outgoing publication) {
    TransactionSynchronizationRegistry registry = registries.get();
    int status = registry == null ? Status.STATUS_NO_TRANSACTION : registry.getTransactionStatus();
    switch (status) {
      case Status.STATUS_NO_TRANSACTION, Status.STATUS_COMMITTED, Status.STATUS_ROLLEDBACK ->
          writeAlone(publication);
      case Status.STATUS_ACTIVE -> collected(registry).add(publication);
      default ->
          publication.fail(
              new PublishException(
                  PublishException.ROLLED_BACK,
                  "the transaction ends or will be rolled back; nothing was written"));
    }
  }

  private void writeAlone(Outgoing publication) {
    try (Connection connection = dataSource().getConnection()) {
      connection.setAutoCommit(false);
      try {
        writer.write(connection, List.of(publication));
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw unusable(e);
    }
    publication.result().complete(written(publication));
  }

  private static PublishException unusable(SQLException e) {
    return new PublishException(
        PublishException.OUTBOX, "the database of the outbox fails: " + e.getMessage(), e);
  }

  private static PublishResult written(Outgoing publication) {
    String id = publication.options().id();
    return new PublishResult(
        id == null ? "" : id, publication.channel(), Optional.empty(), false, true);
  }

  private DataSource dataSource() {
    DataSource known = dataSource;
    if (known == null) {
      String name =
          Configuration.get(Configuration.DATASOURCE).orElse("java:comp/DefaultDataSource");
      try {
        known = (DataSource) new InitialContext().lookup(name);
      } catch (NamingException | ClassCastException e) {
        throw new PublishException(
            PublishException.NOT_CONFIGURED,
            "there is no data source "
                + name
                + "; set "
                + Configuration.DATASOURCE
                + " to the one that the application's transactions use",
            e);
      }
      dataSource = known;
    }
    return known;
  }

  private Collected collected(TransactionSynchronizationRegistry registry) {
    if (registry.getResource(key) instanceof Collected before) {
      return before;
    }
    Collected collected = new Collected(registry);
    registry.registerInterposedSynchronization(collected);
    registry.putResource(key, collected);
    return collected;
  }

  /** The publications of one transaction. */
  private final class Collected implements Synchronization {

    private final TransactionSynchronizationRegistry registry;
    private final List<Outgoing> waiting = new ArrayList<>();
    private final List<Outgoing> written = new ArrayList<>();
    private boolean completing;

    Collected(TransactionSynchronizationRegistry registry) {
      this.registry = registry;
    }

    /** Adds a publication; one that comes late, as entities are flushed, is written at once. */
    synchronized void add(Outgoing publication) {
      waiting.add(publication);
      if (completing) {
        writeWaiting();
      }
    }

    @Override
    public synchronized void beforeCompletion() {
      completing = true;
      writeWaiting();
    }

    private void writeWaiting() {
      List<Outgoing> now = List.copyOf(waiting);
      waiting.clear();
      if (now.isEmpty()) {
        return;
      }
      written.addAll(now); // told of the end, whatever it is
      try (Connection connection = dataSource().getConnection()) {
        writer.write(connection, now);
      } catch (SQLException e) {
        registry.setRollbackOnly();
        throw failed(now, unusable(e));
      } catch (PublishException e) {
        registry.setRollbackOnly();
        throw failed(now, e);
      }
    }

    private PublishException failed(List<Outgoing> publications, PublishException e) {
      publications.forEach(each -> each.fail(e));
      return e;
    }

    @Override
    public synchronized void afterCompletion(int status) {
      written.addAll(waiting);
      waiting.clear();
      for (Outgoing each : written) {
        if (status == Status.STATUS_COMMITTED) {
          each.result().complete(OutboxTransactions.written(each));
        } else {
          each.fail(
              new PublishException(
                  PublishException.ROLLED_BACK,
                  status == Status.STATUS_UNKNOWN
                      ? "it is not known whether the transaction was committed; if it was, the"
                          + " outbox is published"
                      : "the transaction was rolled back; nothing was published"));
        }
      }
      written.clear();
    }
  }
}
