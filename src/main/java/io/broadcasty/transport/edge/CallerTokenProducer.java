package io.broadcasty.transport.edge;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * Produces the caller of the current request as a MicroProfile {@code JsonWebToken}. An alternative
 * of this priority, since a server may have a token of its own, which knows nothing of the edge.
 */
@ApplicationScoped
@Priority(2500)
public class CallerTokenProducer {

  @Inject private CurrentCaller current;

  @Produces
  @RequestScoped
  @Alternative
  @Typed(JsonWebToken.class)
  JsonWebToken token() {
    return new CallerJsonWebToken(current.require());
  }
}
