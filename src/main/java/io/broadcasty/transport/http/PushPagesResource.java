package io.broadcasty.transport.http;

import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.Problem;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;

/** What a browser fetches for push, without a token. */
@Path("push")
public class PushPagesResource {

  private static final String SCRIPT = "text/javascript;charset=utf-8";

  @Inject private PushPages pages;

  /** The service worker; it may serve every page of this origin. */
  @GET
  @Path("sw.js")
  @Produces(SCRIPT)
  public Response serviceWorker() {
    return Response.ok(pages.serviceWorker())
        .header("Service-Worker-Allowed", "/")
        .header("Cache-Control", "no-cache")
        .build();
  }

  /** The module that subscribes a page's user. */
  @GET
  @Path("subscribe.js")
  @Produces(SCRIPT)
  public Response subscribe() {
    return Response.ok(pages.subscribe()).header("Cache-Control", "no-cache").build();
  }

  /** What browsers subscribe with. */
  @GET
  @Path("key")
  @Produces("application/json")
  public Response key() {
    String key = pages.publicKey();
    return key == null
        ? ProblemResponses.of(
            Problem.of(
                Code.PUSH_OFF, "Web Push is not configured here (broadcasty.push.webpush.*)"))
        : Response.ok(Json.object(json -> json.writeStringField("publicKey", key))).build();
  }
}
