package io.broadcasty.infra.jpa;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Dialect;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PersistenceException;
import jakarta.persistence.spi.PersistenceProvider;
import jakarta.persistence.spi.PersistenceProviderResolverHolder;
import jakarta.persistence.spi.PersistenceUnitInfo;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs work with an entity manager of its own, on the database's connections.
 *
 * <p>The provider is that of the server. It starts with the first work, which may take seconds;
 * when it fails, the next work tries again.
 */
@ThreadSafe
public final class EntityManagers implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(EntityManagers.class.getName());

  private final Database database;
  private final List<Class<?>> entities;

  @GuardedBy("this")
  private @Nullable EntityManagerFactory factory;

  /**
   * Creates entity managers without starting the provider.
   *
   * @param database stays open
   */
  public EntityManagers(Database database, List<Class<?>> entities) {
    this.database = database;
    this.entities = List.copyOf(entities);
  }

  /**
   * Runs work in a transaction, which is committed unless the work throws. Returns once the commit
   * is as durable as the database allows.
   *
   * @throws PersistenceException when the database or the provider fails; {@link #isConflict} and
   *     {@link #isDuplicate} tell failures that other work has caused
   */
  public <T extends @Nullable Object> T write(Function<EntityManager, T> work) {
    EntityManager manager = factory().createEntityManager();
    try {
      manager.getTransaction().begin();
      T result = work.apply(manager);
      manager.getTransaction().commit();
      syncToDisk();
      return result;
    } finally {
      close(manager);
    }
  }

  /**
   * Inserts an entity and returns what it is as stored, with its version; null when there is a row
   * of the same key already.
   *
   * @param stored reads the entity within the transaction
   * @throws PersistenceException as {@link #write} does
   */
  public <E, T> @Nullable T insert(E entity, Function<E, T> stored) {
    return writeUnless(
        EntityManagers::isDuplicate,
        manager -> {
          manager.persist(entity);
          manager.flush(); // sets the version
          return stored.apply(entity);
        });
  }

  /**
   * Runs work like {@link #write}; returns null when other work has changed a row meanwhile.
   *
   * @throws PersistenceException as {@link #write} does
   */
  public <T> @Nullable T writeUnlessConflict(Function<EntityManager, @Nullable T> work) {
    return writeUnless(EntityManagers::isConflict, work);
  }

  private <T> @Nullable T writeUnless(
      Predicate<PersistenceException> refused, Function<EntityManager, @Nullable T> work) {
    try {
      return this.<@Nullable T>write(work);
    } catch (PersistenceException e) {
      if (refused.test(e)) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Runs work that only reads.
   *
   * @throws PersistenceException when the database or the provider fails
   */
  public <T extends @Nullable Object> T read(Function<EntityManager, T> work) {
    EntityManager manager = factory().createEntityManager();
    try {
      return work.apply(manager);
    } finally {
      close(manager);
    }
  }

  /** Returns whether other work has changed a row since it was read; trying again is right. */
  public static boolean isConflict(PersistenceException failure) {
    return hasCause(failure, cause -> cause instanceof OptimisticLockException);
  }

  /** Returns whether there is a row with the same key already. */
  public static boolean isDuplicate(PersistenceException failure) {
    return hasCause(
        failure,
        cause ->
            cause instanceof SQLException sql
                && String.valueOf(sql.getSQLState()).startsWith("23"));
  }

  private void syncToDisk() {
    if (database.dialect() != Dialect.H2) {
      return; // the others do so within their commit
    }
    try (Connection connection = database.dataSource().getConnection()) {
      connection.setAutoCommit(true);
      database.dialect().syncToDisk(connection);
    } catch (SQLException e) {
      throw new PersistenceException("what was committed cannot be synced to the disk", e);
    }
  }

  private static boolean hasCause(Throwable failure, Function<Throwable, Boolean> condition) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < 20; depth++, cause = cause.getCause()) {
      if (condition.apply(cause)) {
        return true;
      }
    }
    return false;
  }

  private static void close(EntityManager manager) {
    try {
      if (manager.getTransaction().isActive()) {
        manager.getTransaction().rollback();
      }
    } catch (RuntimeException e) { // the database does so once it notices the broken connection
      LOG.log(Level.DEBUG, "A rollback failed", e);
    } finally {
      manager.close();
    }
  }

  private synchronized EntityManagerFactory factory() {
    EntityManagerFactory made = factory;
    if (made == null) {
      made = create();
      factory = made;
    }
    return made;
  }

  /**
   * Asks each provider that the server has for a factory. They are found by the thread's loader.
   */
  private EntityManagerFactory create() {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(EntityManagers.class.getClassLoader());
    Path root = null;
    try {
      root = Files.createTempDirectory("broadcasty-unit");
      PersistenceUnitInfo unit =
          PersistenceUnit.of(database.dataSource(), entities, root.toUri().toURL());
      for (PersistenceProvider provider :
          PersistenceProviderResolverHolder.getPersistenceProviderResolver()
              .getPersistenceProviders()) {
        EntityManagerFactory made = provider.createContainerEntityManagerFactory(unit, Map.of());
        if (made != null) {
          LOG.log(Level.INFO, "persistence provider: {0}", provider.getClass().getName());
          return made;
        }
      }
      throw new PersistenceException(
          "this server gives applications no provider of Jakarta Persistence");
    } catch (IOException e) {
      throw new PersistenceException("there is no room for temporary files", e);
    } finally {
      thread.setContextClassLoader(before);
      delete(root);
    }
  }

  private static void delete(@Nullable Path directory) {
    try {
      if (directory != null) {
        Files.delete(directory);
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "Cannot delete an empty directory", e);
    }
  }

  @Override
  public synchronized void close() {
    if (factory != null) {
      factory.close();
      factory = null;
    }
  }
}
