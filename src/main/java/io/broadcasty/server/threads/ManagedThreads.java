package io.broadcasty.server.threads;

import io.broadcasty.core.background.BackgroundLoops;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import java.lang.System.Logger.Level;
import java.util.concurrent.ThreadFactory;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/**
 * Creates threads that the server associates with the application.
 *
 * <p>MicroProfile Fault Tolerance needs them: Payara finds the application's configuration by the
 * thread.
 */
public final class ManagedThreads {

  private static final System.Logger LOG = System.getLogger(ManagedThreads.class.getName());
  private static final String NAME = "java:comp/DefaultManagedThreadFactory";

  private ManagedThreads() {}

  /**
   * Returns a thread factory that restarts threads as {@link BackgroundLoops#supervised(String)}
   * does. Call it on a thread of the application.
   */
  @SuppressWarnings("BanJNDI") // the name is a constant
  public static ThreadFactory supervised(BackgroundLoops loops, String name) {
    try {
      ManagedThreadFactory managed = InitialContext.doLookup(NAME);
      ThreadFactory names = loops.threadFactory(name);
      return task -> {
        Thread thread = managed.newThread(loops.supervised(name, task));
        thread.setName(names.newThread(task).getName());
        return thread;
      };
    } catch (NamingException e) {
      LOG.log(Level.WARNING, "The server has no " + NAME + "; using unmanaged threads", e);
      return loops.supervised(name);
    }
  }
}
