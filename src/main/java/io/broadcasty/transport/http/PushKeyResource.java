package io.broadcasty.transport.http;

import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;

/** Serves the public key that a browser subscribes with, without a token. */
@Path("push")
public class PushKeyResource {

  @Inject private PushAssets pages;

  /** Returns the public key. */
  @GET
  @Path("key")
  @Produces("application/json")
  public Response key() {
    String key = pages.publicKey();
    return key == null
        ? ProblemResponses.of(
            Problem.of(
                Code.PUSH_OFF, "Web Push is not configured here (broadcasty.push.webpush.*)"))
        : Response.ok(JsonWriter.object(json -> json.writeStringField("publicKey", key))).build();
  }
}
