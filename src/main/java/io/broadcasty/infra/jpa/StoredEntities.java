package io.broadcasty.infra.jpa;

import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The entities of one class, as the values that their users know. Every method may block, and
 * throws what its creator makes of a failure of the database or the provider.
 *
 * @param <E> the entity, which has a version
 * @param <V> the value that an entity stands for
 */
public final class StoredEntities<E, V> {

  private final EntityManagers managers;
  private final Class<E> type;
  private final Function<E, V> value;
  private final Function<RuntimeException, RuntimeException> failure;

  /**
   * @param managers stay open
   * @param value reads an entity
   * @param failure makes the exception that callers get of the one of the provider
   */
  public StoredEntities(
      EntityManagers managers,
      Class<E> type,
      Function<E, V> value,
      Function<RuntimeException, RuntimeException> failure) {
    this.managers = managers;
    this.type = type;
    this.value = value;
    this.failure = failure;
  }

  /** Returns the value of a key; null when there is none. */
  public @Nullable V find(Object key) {
    return call(
        () ->
            managers.<@Nullable V>read(
                manager -> {
                  E found = manager.find(type, key);
                  return found == null ? null : value.apply(found);
                }));
  }

  /** Returns the values that a query finds, at most this many. */
  public List<V> list(String query, Map<String, ?> parameters, int limit) {
    return call(
        () ->
            managers.read(
                manager ->
                    with(manager.createQuery(query, type), parameters)
                        .setMaxResults(limit)
                        .getResultList()
                        .stream()
                        .map(value)
                        .toList()));
  }

  /** Returns the number that a query counts. */
  public long count(String query, Map<String, ?> parameters) {
    return call(
        () ->
            managers.read(
                manager ->
                    with(manager.createQuery(query, Long.class), parameters).getSingleResult()));
  }

  /** Deletes what a statement says; returns how many. */
  public int delete(String statement, Map<String, ?> parameters) {
    return call(
        () ->
            managers.write(
                manager -> {
                  var query = manager.createQuery(statement);
                  parameters.forEach(query::setParameter);
                  return query.executeUpdate();
                }));
  }

  /** Inserts an entity; returns null when there is a row of the same key already. */
  public @Nullable V insert(E entity) {
    return call(() -> managers.insert(entity, value));
  }

  /**
   * Changes an entity; returns null when it is gone, is not current, or is changed by others
   * meanwhile.
   *
   * @param current whether it has the version that the change was made for
   */
  public @Nullable V replace(Object key, Predicate<E> current, Consumer<E> change) {
    return call(
        () -> managers.writeUnlessConflict(manager -> replace(manager, key, current, change)));
  }

  private @Nullable V replace(
      EntityManager manager, Object key, Predicate<E> current, Consumer<E> change) {
    E found = manager.find(type, key);
    if (found == null || !current.test(found)) {
      return null;
    }
    change.accept(found);
    manager.flush(); // sets the version
    return value.apply(found);
  }

  private static <T> TypedQuery<T> with(TypedQuery<T> query, Map<String, ?> parameters) {
    parameters.forEach(query::setParameter);
    return query;
  }

  private <T extends @Nullable Object> T call(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) { // providers wrap what the driver throws each in their own way
      throw failure.apply(e);
    }
  }
}
