package io.broadcasty.app;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;

/**
 * The context class loader of the threads that write to WebSockets. Payara's Tyrus gives a task to
 * the server's managed scheduler with every message, even when no idle timeout is set, and the
 * scheduler asks the context class loader for context providers each time: a search through every
 * jar of the server, which costs more than the message. This loader knows that there are none for
 * these threads, and is the application's in everything else.
 */
final class WriterClassLoader extends ClassLoader {

  private static final String CONTEXT_PROVIDERS =
      "META-INF/services/jakarta.enterprise.concurrent.spi.ThreadContextProvider";

  WriterClassLoader(ClassLoader application) {
    super(application);
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    return name.equals(CONTEXT_PROVIDERS)
        ? Collections.emptyEnumeration()
        : super.getResources(name);
  }
}
