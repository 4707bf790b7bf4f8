package io.broadcasty.infra.jpa;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Dialect;
import io.broadcasty.infra.database.Transactions;
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
 * when it fails, the next work tries again. Work that the database does not answer within the limit
 * of a call ({@link Database#limits}) fails, whatever the provider would still try.
 */
@ThreadSafe
public final class EntityManagers implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(EntityManagers.class.getName());

  /** What work returns, which may be null. */
  private record Result<T extends @Nullable Object>(T value) {}

  private final Database database;
  private final Transactions transactions;
  private final ProviderDataSource connections;
  private final List<Class<?>> entities;

  private volatile @Nullable EntityManagerFactory factory; // written under the lock of this

  /**
   * Creates entity managers without starting the provider.
   *
   * @param database stays open
   */
  public EntityManagers(Database database, List<Class<?>> entities) {
    this.database = database;
    this.transactions = new Transactions(database);
    this.connections = new ProviderDataSource(database.dataSource());
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
    return run(
        manager -> {
          manager.getTransaction().begin();
          T result = work.apply(manager);
          manager.getTransaction().commit();
          syncToDisk();
          return result;
        });
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
    return run(work);
  }

  /** Runs work within the limit of a transaction, possibly on another thread. */
  private <T extends @Nullable Object> T run(Function<EntityManager, T> work) {
    try {
      EntityManagerFactory started = factory();
      return transactions
          .run(
              () ->
                  connections.within(
                      database.limits().call(), () -> new Result<>(runNow(started, work))),
              () -> {}) // it gets no more connections, and the one it has breaks
          .value();
    } catch (SQLException e) {
      throw new PersistenceException("the database has not answered in time", e);
    }
  }

  private static <T extends @Nullable Object> T runNow(
      EntityManagerFactory started, Function<EntityManager, T> work) {
    EntityManager manager = started.createEntityManager();
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

  /**
   * Returns the factory, started if need be. Nobody waits for a start while the database is away.
   *
   * @throws SQLException when the database does not answer
   */
  private EntityManagerFactory factory() throws SQLException {
    EntityManagerFactory started = factory;
    if (started == null) {
      boolean answers = transactions.runAutoCommit(this::answers);
      if (!answers) {
        throw new SQLException("the database does not answer");
      }
      started = Transactions.ofUpkeep(database).run(this::start, () -> {});
    }
    return started;
  }

  private boolean answers(Connection connection) throws SQLException {
    return connection.isValid(Math.toIntExact(database.limits().call().toSeconds()));
  }

  private synchronized EntityManagerFactory start() {
    EntityManagerFactory started = factory;
    if (started == null) {
      started = create();
      try {
        started.createEntityManager().close(); // what a provider does for the first may take long
      } catch (RuntimeException e) {
        started.close();
        throw e;
      }
      factory = started;
    }
    return started;
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
      PersistenceUnitInfo unit = PersistenceUnit.of(connections, entities, root.toUri().toURL());
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
    EntityManagerFactory started = factory;
    if (started != null) {
      started.close();
      factory = null;
    }
  }
}
