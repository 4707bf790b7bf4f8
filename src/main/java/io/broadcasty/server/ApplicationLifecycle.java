package io.broadcasty.server;

import io.broadcasty.delivery.session.Protocols;
import io.broadcasty.transport.websocket.WebSocketRegistration;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.lang.System.Logger.Level;

/** Starts Broadcasty before its first request, and stops it after its last. */
@WebListener
public class ApplicationLifecycle implements ServletContextListener {

  private static final System.Logger LOG = System.getLogger(ApplicationLifecycle.class.getName());

  private Startup startup;
  private Instance<Protocols> protocols;

  /** Called by the server, which then calls {@link #use}. */
  @SuppressWarnings("NullAway.Init")
  public ApplicationLifecycle() {}

  @Inject
  void use(Startup startup, Instance<Protocols> protocols) {
    this.startup = startup;
    this.protocols = protocols;
  }

  @Override
  public void contextInitialized(ServletContextEvent event) {
    String serverInfo = event.getServletContext().getServerInfo();
    try {
      startup.start(serverInfo);
      WebSocketRegistration.register(
          startup.settings().webSockets(),
          event.getServletContext(),
          startup.node().context(),
          protocols.get(),
          startup.settings().edge(),
          startup.outputs(),
          startup.connections());
    } catch (RuntimeException | Error e) {
      if (FailedStart.endsProcess(startup.configuration(), serverInfo)) {
        FailedStart.end(e, serverInfo);
      }
      LOG.log(Level.ERROR, FailedStart.reason(e));
      startup.stop(); // the server may leave the application as it is
      startup.removeSignalHandlers();
      throw e;
    }
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    startup.stop();
    startup.removeSignalHandlers();
  }
}
