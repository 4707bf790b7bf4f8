package io.broadcasty.cdi;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** Holds publications back until their transaction has been committed. */
final class Transactions {

  private static final String NAME = "java:comp/TransactionSynchronizationRegistry";

  private final Supplier<TransactionSynchronizationRegistry> registries;
  private final Consumer<List<Outgoing>> sender;

  /** Identifies the publications of this application among the resources of a transaction. */
  private final Object key = new Object();

  /**
   * Creates the gate.
   *
   * @param registries returns the registry of the server; null if it has none
   * @param sender sends publications in their order
   */
  Transactions(
      Supplier<TransactionSynchronizationRegistry> registries, Consumer<List<Outgoing>> sender) {
    this.registries = registries;
    this.sender = sender;
  }

  /** Returns the registry that the server has for applications; null if it has none here. */
  static TransactionSynchronizationRegistry ofServer() {
    try {
      return (TransactionSynchronizationRegistry) new InitialContext().lookup(NAME);
    } catch (NamingException | ClassCastException e) {
      return null; // a server without transactions, or a thread that is not the server's
    }
  }

  /** Sends a publication, now or after the commit; or drops it if there cannot be a commit. */
  void send(Outgoing publication) {
    TransactionSynchronizationRegistry registry = registries.get();
    int status = registry == null ? Status.STATUS_NO_TRANSACTION : registry.getTransactionStatus();
    switch (status) {
      case Status.STATUS_NO_TRANSACTION, Status.STATUS_COMMITTED, Status.STATUS_ROLLEDBACK ->
          sender.accept(List.of(publication));
      case Status.STATUS_MARKED_ROLLBACK, Status.STATUS_ROLLING_BACK ->
          publication.fail(rolledBack("the transaction will be rolled back"));
      default -> {
        try {
          held(registry).add(publication);
        } catch (IllegalStateException e) { // the end of the transaction has begun
          publication.fail(
              new PublishException(
                  PublishException.ROLLED_BACK,
                  "the transaction ends, and takes no publications any more; publish before",
                  e));
        }
      }
    }
  }

  private Held held(TransactionSynchronizationRegistry registry) {
    if (registry.getResource(key) instanceof Held before && before.isOpen()) {
      return before;
    }
    Held held = new Held();
    registry.registerInterposedSynchronization(held);
    registry.putResource(key, held);
    return held;
  }

  private static PublishException rolledBack(String reason) {
    return new PublishException(PublishException.ROLLED_BACK, reason + "; nothing was published");
  }

  /** The publications of one transaction. */
  private final class Held implements Synchronization {

    private List<Outgoing> publications = new ArrayList<>();

    synchronized boolean isOpen() {
      return publications != null;
    }

    synchronized void add(Outgoing publication) {
      if (publications == null) {
        throw new IllegalStateException("the transaction has ended");
      }
      publications.add(publication);
    }

    private synchronized List<Outgoing> close() {
      List<Outgoing> all = publications == null ? List.of() : publications;
      publications = null; // a registry that calls twice publishes once
      return all;
    }

    @Override
    public void beforeCompletion() {}

    @Override
    public void afterCompletion(int status) {
      List<Outgoing> all = close();
      if (all.isEmpty()) {
        return;
      }
      if (status == Status.STATUS_COMMITTED) {
        sender.accept(all);
        return;
      }
      PublishException dropped =
          rolledBack(
              status == Status.STATUS_UNKNOWN
                  ? "it is not known whether the transaction was committed"
                  : "the transaction was rolled back");
      all.forEach(each -> each.fail(dropped));
    }
  }
}
