package io.broadcasty.server.threads;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;

/**
 * The context class loader of the threads that write to WebSockets: it hides the server's context
 * providers from them.
 *
 * <p>Payara's Tyrus submits a task to the server's managed scheduler with every message, even when
 * no idle timeout is set, and the scheduler asks the context class loader for context providers
 * each time. That search goes through every JAR of the server and costs more than the message. This
 * loader answers that there are none, and delegates everything else to the application's loader.
 */
final class EventLoopClassLoader extends ClassLoader {

  private static final String CONTEXT_PROVIDERS =
      "META-INF/services/jakarta.enterprise.concurrent.spi.ThreadContextProvider";

  EventLoopClassLoader(ClassLoader application) {
    super(application);
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    return name.equals(CONTEXT_PROVIDERS)
        ? Collections.emptyEnumeration()
        : super.getResources(name);
  }
}
