package io.broadcasty.integration;

import java.util.Objects;
import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.container.spi.client.container.DeploymentException;
import org.jboss.arquillian.container.spi.client.deployment.Deployment;
import org.jboss.arquillian.container.spi.client.protocol.metadata.ProtocolMetaData;
import org.jboss.arquillian.container.spi.context.annotation.DeploymentScoped;
import org.jboss.arquillian.container.spi.event.DeployDeployment;
import org.jboss.arquillian.container.spi.event.UnDeployDeployment;
import org.jboss.arquillian.container.spi.event.container.BeforeStop;
import org.jboss.arquillian.core.api.InstanceProducer;
import org.jboss.arquillian.core.api.annotation.Inject;
import org.jboss.arquillian.core.api.annotation.Observes;
import org.jboss.arquillian.core.spi.EventContext;
import org.jboss.arquillian.core.spi.LoadableExtension;
import org.jboss.shrinkwrap.api.Archive;
import org.jspecify.annotations.Nullable;

/**
 * Leaves a WAR deployed after a test class, until another WAR is asked for or the server stops: a
 * deployment costs more than most classes of tests, and on Payara Micro it is a new process.
 */
public final class SharedDeployments implements LoadableExtension {

  @Override
  public void register(ExtensionBuilder builder) {
    builder.observer(Sharing.class);
  }

  /** Decides about each deployment that Arquillian asks for. */
  public static final class Sharing {

    /** Lets Arquillian activate the scopes of the deployment first. */
    private static final int INNERMOST = -1000;

    @Inject
    @DeploymentScoped
    @SuppressWarnings("NullAway.Init")
    private InstanceProducer<ProtocolMetaData> address;

    private @Nullable Archive<?> deployed;
    private @Nullable ProtocolMetaData addressOfDeployed;

    void deploy(@Observes(precedence = INNERMOST) EventContext<DeployDeployment> asked)
        throws DeploymentException {
      Deployment deployment = asked.getEvent().getDeployment();
      Archive<?> wanted = deployment.getDescription().getArchive();
      if (wanted == deployed) {
        address.set(Objects.requireNonNull(addressOfDeployed));
        deployment.deployed();
        return;
      }
      undeploy(asked.getEvent().getDeployableContainer());
      asked.proceed();
      if (deployment.isDeployed() && !deployment.hasDeploymentError()) {
        deployed = wanted;
        addressOfDeployed = address.get();
      }
    }

    void keep(@Observes(precedence = INNERMOST) EventContext<UnDeployDeployment> asked) {
      Deployment deployment = asked.getEvent().getDeployment();
      if (deployment.getDescription().getArchive() == deployed) {
        deployment.undeployed();
      } else {
        asked.proceed();
      }
    }

    void end(@Observes BeforeStop stop) throws DeploymentException {
      undeploy(stop.getDeployableContainer());
    }

    private void undeploy(DeployableContainer<?> container) throws DeploymentException {
      Archive<?> before = deployed;
      deployed = null;
      if (before != null) {
        container.undeploy(before);
      }
    }
  }
}
