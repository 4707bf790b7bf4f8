package io.broadcasty.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.config.ConfigSource;
import io.broadcasty.delivery.session.Protocols;
import io.broadcasty.server.config.ConfigMap;
import jakarta.enterprise.inject.Instance;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests what becomes of the process when the start throws an {@code Error}. */
class FailedStartTest {

  private static final String MISSING = "java.lang.NoClassDefFoundError: com/example/Missing";
  private static final String PAYARA_MICRO = "Payara Micro #badassfish";
  private static final String OTHER_SERVER = "WildFly Full";

  /** Fails as a start does whose library is missing. */
  private static final class FailingStartup extends Startup {
    private boolean stopped;

    @Override
    synchronized void start(String serverInfo) {
      throw new NoClassDefFoundError("com/example/Missing");
    }

    @Override
    ConfigSource configuration() {
      return new ConfigMap();
    }

    @Override
    synchronized void stop() {
      stopped = true;
    }
  }

  /** Starts in a process of its own, with the server's name and version as the argument. */
  public static void main(String[] serverInfo) {
    start(new FailingStartup(), serverInfo[0]);
  }

  @SuppressWarnings("unchecked")
  private static void start(Startup startup, String serverInfo) {
    ServletContext context = fake(ServletContext.class, serverInfo);
    Instance<Protocols> protocols = fake(Instance.class, "");
    ApplicationLifecycle lifecycle = new ApplicationLifecycle();
    lifecycle.use(startup, protocols);
    lifecycle.contextInitialized(new ServletContextEvent(context));
  }

  private static <T> T fake(Class<T> type, String answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> answer));
  }

  @Test
  void endsTheProcessWithTheReasonLast() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FailedStartTest.class.getName(),
                PAYARA_MICRO)
            .redirectErrorStream(true)
            .start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertEquals(1, process.waitFor());
    assertEquals("Broadcasty cannot start: " + MISSING, lines.get(lines.size() - 1));
    assertTrue(lines.stream().anyMatch(line -> line.contains("FailedStartTest")), "the trace");
  }

  @Test
  void isToldAndStopsWhatHasStartedWhereTheProcessStays() {
    FailingStartup startup = new FailingStartup();
    try (LogCapture log = new LogCapture(ApplicationLifecycle.class)) {
      Error thrown = assertThrows(Error.class, () -> start(startup, OTHER_SERVER));
      assertEquals(MISSING, thrown.toString());
      assertEquals(List.of("Broadcasty cannot start: " + MISSING), log.lines());
    }
    assertTrue(startup.stopped);
  }
}
