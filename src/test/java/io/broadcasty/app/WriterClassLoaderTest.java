package io.broadcasty.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.time.Ticker;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WriterClassLoaderTest {

  private static final String PROVIDERS =
      "META-INF/services/jakarta.enterprise.concurrent.spi.ThreadContextProvider";

  private final AtomicInteger searches = new AtomicInteger();
  private final ClassLoader application =
      new ClassLoader(null) {
        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
          searches.incrementAndGet();
          URL found =
              WriterClassLoaderTest.class.getResource(
                  WriterClassLoaderTest.class.getSimpleName() + ".class");
          return Collections.enumeration(Collections.nCopies(1, found));
        }
      };

  @Test
  void contextProvidersAreNotSearchedFor() throws IOException {
    assertFalse(new WriterClassLoader(application).getResources(PROVIDERS).hasMoreElements());
    assertEquals(0, searches.get());
  }

  @Test
  void everythingElseIsTheApplications() throws Exception {
    WriterClassLoader loader = new WriterClassLoader(getClass().getClassLoader());
    assertSame(WriterClassLoader.class, loader.loadClass(WriterClassLoader.class.getName()));
    assertNotNull(
        loader.getResource(WriterClassLoader.class.getName().replace('.', '/') + ".class"));
    assertTrue(new WriterClassLoader(application).getResources("other").hasMoreElements());
  }

  @Test
  void theLanesUseIt() throws Exception {
    try (Threads threads = new Threads(Ticker.system())) {
      CompletableFuture<ClassLoader> loaders = new CompletableFuture<>();
      threads
          .lanes
          .get()
          .execute(() -> loaders.complete(Thread.currentThread().getContextClassLoader()));
      ClassLoader loader = loaders.get(10, TimeUnit.SECONDS);
      assertTrue(loader instanceof WriterClassLoader, String.valueOf(loader));
    }
  }
}
