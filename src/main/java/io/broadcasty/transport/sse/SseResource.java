package io.broadcasty.transport.sse;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;

/**
 * {@code GET /broadcasty/sse}: begins the response of a stream that {@link SseAdmission} has let
 * in. What can be refused has been refused before, in HTTP, since from here on the status is 200.
 */
@Path("sse")
public class SseResource {

  /**
   * Begins the stream. The admission is an attribute of the servlet request too (Jakarta REST,
   * {@code ContainerRequestContext.setProperty}); RESTEasy hands a resource no request context.
   */
  @GET
  @Admitted
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public void stream(
      @Context SseEventSink sink, @Context Sse sse, @Context HttpServletRequest request) {
    SseAdmission.Admission admission =
        (SseAdmission.Admission) request.getAttribute(SseAdmission.PROPERTY);
    admission.transport().attach(sink, sse);
    admission.opening().start().run();
  }
}
