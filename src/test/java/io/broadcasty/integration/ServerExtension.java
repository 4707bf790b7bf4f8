package io.broadcasty.integration;

import java.util.Objects;
import org.jboss.arquillian.test.spi.LifecycleMethodExecutor;
import org.jboss.arquillian.test.spi.TestRunnerAdaptor;
import org.jboss.arquillian.test.spi.TestRunnerAdaptorBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets Arquillian manage a server for tests that are its clients. The server is started once a JVM
 * and stopped at its end; Arquillian's own extension for JUnit would start and stop it for each
 * class, since Failsafe hands classes to its JVMs one by one.
 */
public final class ServerExtension
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

  private static @Nullable TestRunnerAdaptor suite;

  private static synchronized TestRunnerAdaptor suite() throws Exception {
    if (suite == null) {
      TestRunnerAdaptor started = TestRunnerAdaptorBuilder.build();
      started.beforeSuite();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(started), "stop-server"));
      suite = started;
    }
    return Objects.requireNonNull(suite);
  }

  private static void end(TestRunnerAdaptor started) {
    try {
      started.afterSuite();
    } catch (Exception e) {
      System.getLogger(ServerExtension.class.getName())
          .log(System.Logger.Level.ERROR, "the server was not stopped", e);
    } finally {
      started.shutdown();
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    suite().beforeClass(context.getRequiredTestClass(), LifecycleMethodExecutor.NO_OP);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    suite()
        .before(
            context.getRequiredTestInstance(),
            context.getRequiredTestMethod(),
            LifecycleMethodExecutor.NO_OP);
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    suite()
        .after(
            context.getRequiredTestInstance(),
            context.getRequiredTestMethod(),
            LifecycleMethodExecutor.NO_OP);
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    suite().afterClass(context.getRequiredTestClass(), LifecycleMethodExecutor.NO_OP);
  }
}
