package io.broadcasty.bench;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.Response;
import java.util.Set;

/**
 * Handles a POST with the least work that a JAX-RS resource can do: reads the body and answers 200.
 */
@Path("post")
public class EmptyPost {

  /** Reads the body as text and discards it. */
  @POST
  public Response post(String body) {
    return body.isEmpty() ? Response.status(400).build() : Response.ok().build();
  }

  /** The JAX-RS application. */
  @ApplicationPath("/")
  public static class Root extends Application {
    @Override
    public Set<Class<?>> getClasses() {
      return Set.of(EmptyPost.class);
    }
  }
}
