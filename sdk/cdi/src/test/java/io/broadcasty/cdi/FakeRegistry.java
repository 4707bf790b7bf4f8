package io.broadcasty.cdi;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A registry with one transaction at a time, which can misbehave as those of servers do. */
final class FakeRegistry implements TransactionSynchronizationRegistry {

  private final Map<Object, Object> resources = new HashMap<>();
  private final List<Synchronization> synchronizations = new ArrayList<>();
  private int status = Status.STATUS_NO_TRANSACTION;

  /** Calls each synchronization twice. */
  boolean repeats;

  void begin() {
    resources.clear();
    synchronizations.clear();
    status = Status.STATUS_ACTIVE;
  }

  void status(int now) {
    status = now;
  }

  /** Ends the transaction with a status. */
  void end(int last) {
    for (int i = 0; i < synchronizations.size(); i++) { // one may register another
      synchronizations.get(i).beforeCompletion();
    }
    status = last;
    for (int i = 0; i < (repeats ? 2 : 1); i++) {
      synchronizations.forEach(each -> each.afterCompletion(last));
    }
    status = Status.STATUS_NO_TRANSACTION;
  }

  int synchronizations() {
    return synchronizations.size();
  }

  @Override
  public Object getTransactionKey() {
    return status == Status.STATUS_NO_TRANSACTION ? null : resources;
  }

  @Override
  public void putResource(Object key, Object value) {
    requireTransaction();
    resources.put(key, value);
  }

  @Override
  public Object getResource(Object key) {
    requireTransaction();
    return resources.get(key);
  }

  @Override
  public void registerInterposedSynchronization(Synchronization synchronization) {
    if (status != Status.STATUS_ACTIVE) {
      throw new IllegalStateException("the transaction is not active");
    }
    synchronizations.add(synchronization);
  }

  @Override
  public int getTransactionStatus() {
    return status;
  }

  @Override
  public void setRollbackOnly() {
    status = Status.STATUS_MARKED_ROLLBACK;
  }

  @Override
  public boolean getRollbackOnly() {
    return status == Status.STATUS_MARKED_ROLLBACK;
  }

  private void requireTransaction() {
    if (status == Status.STATUS_NO_TRANSACTION) {
      throw new IllegalStateException("there is no transaction");
    }
  }
}
