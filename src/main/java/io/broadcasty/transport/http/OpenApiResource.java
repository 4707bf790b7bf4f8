package io.broadcasty.transport.http;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Serves {@code /broadcasty/openapi.yaml}, without a token: the description of all addresses, as
 * OpenAPI 3.1 has it.
 */
@Path("openapi.yaml")
public class OpenApiResource {

  /** The media type of YAML (RFC 9512). */
  static final String MEDIA_TYPE = "application/yaml";

  private static final String DOCUMENT = load();

  /** Returns the document, whatever the client accepts. */
  @GET
  @Produces({MEDIA_TYPE, "*/*"})
  public Response document() {
    return Response.ok(DOCUMENT, MEDIA_TYPE).build();
  }

  private static String load() {
    try (InputStream in = OpenApiResource.class.getResourceAsStream("openapi.yaml")) {
      if (in == null) {
        throw new IllegalStateException("The WAR lacks openapi.yaml");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
