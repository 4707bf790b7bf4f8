package io.broadcasty.infra.jpa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceException;
import jakarta.persistence.spi.PersistenceProvider;
import jakarta.persistence.spi.PersistenceProviderResolver;
import jakarta.persistence.spi.PersistenceProviderResolverHolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EntityManagersTest {

  private static final String COUNT = "SELECT COUNT(*) FROM broadcasty_tenants";
  private static final String INSERT =
      "INSERT INTO broadcasty_tenants VALUES ('a', 'A', 'active', '{}', 1, 1, 1)";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @SuppressWarnings("NullAway.Init")
  private EntityManagers managers;

  @BeforeEach
  void open() {
    database =
        Database.open(new DatabaseSettings("jdbc:h2:file:" + dir.resolve("db"), "sa", null, 2));
    managers = new EntityManagers(database, List.of());
  }

  @AfterEach
  void close() {
    managers.close();
    database.close();
  }

  private long count() {
    return managers.read(
        manager -> ((Number) manager.createNativeQuery(COUNT).getSingleResult()).longValue());
  }

  private static int insert(EntityManager manager) {
    return manager.createNativeQuery(INSERT).executeUpdate();
  }

  @Test
  void theProviderStartsWithTheFirstWorkAndOnce() {
    try (LogCapture captured = new LogCapture(EntityManagers.class)) {
      assertEquals(0, count());
      assertTrue(captured.text().contains("persistence provider: "), captured::text);
    }
    try (LogCapture captured = new LogCapture(EntityManagers.class)) {
      assertEquals(0, count());
      assertEquals("", captured.text());
    }
  }

  @Test
  void aProviderThatIsMissingIsLookedForAgain() {
    PersistenceProviderResolver before =
        PersistenceProviderResolverHolder.getPersistenceProviderResolver();
    PersistenceProviderResolverHolder.setPersistenceProviderResolver(
        new PersistenceProviderResolver() {
          @Override
          public List<PersistenceProvider> getPersistenceProviders() {
            return List.of();
          }

          @Override
          public void clearCachedProviders() {}
        });
    try {
      assertThrows(PersistenceException.class, this::count);
    } finally {
      PersistenceProviderResolverHolder.setPersistenceProviderResolver(before);
    }
    assertEquals(0, count());
  }

  @Test
  void workThatThrowsIsRolledBack() {
    IllegalStateException failure = new IllegalStateException("broken");
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                managers.<Integer>write(
                    manager -> {
                      insert(manager);
                      throw failure;
                    }));
    assertSame(failure, thrown);
    assertEquals(0, count());
  }

  @Test
  void tellsASecondRowFromAConflict() {
    assertEquals(1, managers.<Integer>write(EntityManagersTest::insert));
    PersistenceException twice =
        assertThrows(
            PersistenceException.class, () -> managers.<Integer>write(EntityManagersTest::insert));
    assertTrue(EntityManagers.isDuplicate(twice));
    assertFalse(EntityManagers.isConflict(twice));
    assertEquals(1, count());
  }

  /** Providers are found by the loader of the thread, which may be that of the server. */
  @Test
  void theThreadsLoaderIsLeftAsItWas() {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    ClassLoader ofServer = ClassLoader.getPlatformClassLoader();
    thread.setContextClassLoader(ofServer);
    try {
      assertEquals(0, count());
      assertSame(ofServer, thread.getContextClassLoader());
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
