package io.broadcasty.messaging.jms;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.Queue;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.naming.NameNotFoundException;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQJMSConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQQueue;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.jspecify.annotations.Nullable;

/** A broker within this JVM, with a journal that survives its death. */
final class EmbeddedArtemis implements AutoCloseable {

  static final String USER = "broadcasty";
  static final String PASSWORD = "right";

  private static final AtomicInteger NUMBERS = new AtomicInteger(100);

  private final Path folder;
  private final boolean secured;
  private final String url = "vm://" + NUMBERS.incrementAndGet();
  private @Nullable EmbeddedActiveMQ server;

  EmbeddedArtemis(Path folder, boolean secured) throws Exception {
    this.folder = folder;
    this.secured = secured;
    start();
  }

  void start() throws Exception {
    Configuration configuration =
        new ConfigurationImpl()
            .setName(url)
            .setPersistenceEnabled(true)
            .setJournalType(JournalType.NIO)
            .setJournalSyncNonTransactional(false)
            .setBindingsDirectory(folder.resolve("bindings").toString())
            .setJournalDirectory(folder.resolve("journal").toString())
            .setLargeMessagesDirectory(folder.resolve("large").toString())
            .setPagingDirectory(folder.resolve("paging").toString())
            .setJMXManagementEnabled(false)
            .setMaxDiskUsage(-1)
            .setSecurityEnabled(secured)
            .addAcceptorConfiguration("vm", url);
    EmbeddedActiveMQ made = new EmbeddedActiveMQ().setConfiguration(configuration);
    if (secured) {
      SecurityConfiguration users = new SecurityConfiguration();
      users.addUser(USER, PASSWORD);
      users.addRole(USER, "all");
      made.setSecurityManager(
          new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users));
      configuration.putSecurityRoles(
          "#",
          Set.of(
              new Role(
                  "all", true, true, true, true, true, true, true, true, true, true, true, true)));
    }
    made.start();
    server = made;
  }

  /** Ends the broker as a crash does: clients are not told. */
  void kill() throws Exception {
    EmbeddedActiveMQ running = server;
    if (running != null) {
      running.getActiveMQServer().fail(false);
      server = null;
    }
  }

  ConnectionFactory factory() {
    ActiveMQConnectionFactory factory = new ActiveMQJMSConnectionFactory(url);
    factory.setReconnectAttempts(0);
    return factory;
  }

  static Queue queue(String name) {
    return new ActiveMQQueue(name);
  }

  /** Returns a JNDI in which {@code jms/factory} is bound, and every queue except the missing. */
  JmsSession.JndiLookup jndi(Set<String> missing) {
    return name -> {
      if (missing.contains(name)) {
        throw new NameNotFoundException(name);
      }
      return name.equals("jms/factory") ? factory() : queue(name.substring("jms/".length()));
    };
  }

  @Override
  public void close() throws Exception {
    EmbeddedActiveMQ running = server;
    if (running != null) {
      running.stop();
      server = null;
    }
  }
}
