package io.broadcasty.transport.http;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;

/**
 * Answers without a token whether Broadcasty is reachable, for a client that cannot tell why no
 * stream can be opened. A draining node refuses it in {@code transport.edge} as it refuses streams.
 */
@Path("ping")
public class PingResource {

  /** Returns 204: streams can be opened. */
  @GET
  public Response ping() {
    return Response.noContent().header("Cache-Control", "no-store").build();
  }
}
