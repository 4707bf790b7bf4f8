package io.broadcasty.transport.http;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;

/**
 * Says without a token that Broadcasty is here, to a client that cannot tell why no stream can be
 * opened. A node that drains answers as it does to streams, in {@code transport.edge}.
 */
@Path("ping")
public class PingResource {

  /** 204: streams can be opened. */
  @GET
  public Response ping() {
    return Response.noContent().header("Cache-Control", "no-store").build();
  }
}
