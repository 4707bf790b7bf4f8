package io.broadcasty.server.threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.time.Ticker;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventLoopClassLoaderTest {

  private static final String PROVIDERS =
      "META-INF/services/jakarta.enterprise.concurrent.spi.ThreadContextProvider";

  private final AtomicInteger searches = new AtomicInteger();
  private final ClassLoader application =
      new ClassLoader(null) {
        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
          searches.incrementAndGet();
          URL found =
              EventLoopClassLoaderTest.class.getResource(
                  EventLoopClassLoaderTest.class.getSimpleName() + ".class");
          return Collections.enumeration(Collections.nCopies(1, found));
        }
      };

  @Test
  void hidesContextProviders() throws IOException {
    assertFalse(new EventLoopClassLoader(application).getResources(PROVIDERS).hasMoreElements());
    assertEquals(0, searches.get());
  }

  @Test
  void delegatesEverythingElse() throws Exception {
    EventLoopClassLoader loader = new EventLoopClassLoader(getClass().getClassLoader());
    assertSame(EventLoopClassLoader.class, loader.loadClass(EventLoopClassLoader.class.getName()));
    assertNotNull(
        loader.getResource(EventLoopClassLoader.class.getName().replace('.', '/') + ".class"));
    assertTrue(new EventLoopClassLoader(application).getResources("other").hasMoreElements());
  }

  @Test
  void eventLoopsUseIt() throws Exception {
    try (Threads threads = new Threads(Ticker.system())) {
      CompletableFuture<ClassLoader> loaders = new CompletableFuture<>();
      threads
          .eventLoops
          .get()
          .execute(() -> loaders.complete(Thread.currentThread().getContextClassLoader()));
      ClassLoader loader = loaders.get(10, TimeUnit.SECONDS);
      assertTrue(loader instanceof EventLoopClassLoader, String.valueOf(loader));
    }
  }
}
