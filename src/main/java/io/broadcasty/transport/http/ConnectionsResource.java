package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.explorer.ConnectionCursor;
import io.broadcasty.admin.explorer.ConnectionExplorer;
import io.broadcasty.admin.explorer.ConnectionPage;
import io.broadcasty.admin.explorer.ConnectionSearch;
import io.broadcasty.admin.explorer.ExploredConnection;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AdministeredTenants;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/connections}: finds the connections of a tenant on all nodes.
 * Administrators see those of their own tenant, operators those of any.
 */
@Path("admin/connections")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class ConnectionsResource {

  @Inject private ConnectionExplorer connections;
  @Inject private AdministeredTenants tenants;

  /** Finds connections, in order of their nodes and numbers. */
  @GET
  @Audited(value = "connection.list", kind = Audited.Kind.READ)
  public Response find(
      @QueryParam("tenant") @Nullable String tenant,
      @QueryParam("user") @Nullable String user,
      @QueryParam("transport") @Nullable String transport,
      @QueryParam("node") @Nullable String node,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    return Explored.answer(
        () -> {
          ConnectionPage page =
              connections.find(
                  new ConnectionSearch(
                      tenants.named(tenant),
                      user,
                      transport == null ? null : transport(transport),
                      node,
                      after == null ? null : cursor(after),
                      QueryParameters.pageSize(limit, ConnectionExplorer.MAX_PAGE)));
          return Response.ok(JsonWriter.object(json -> write(json, page))).build();
        });
  }

  private static TransportType transport(String name) throws ProblemException {
    TransportType type = TransportType.fromWireName(name);
    if (type == null) {
      throw new ProblemException(Code.INVALID_REQUEST, "`transport` must be `websocket` or `sse`");
    }
    return type;
  }

  private static ConnectionCursor cursor(String text) throws ProblemException {
    ConnectionCursor cursor = ConnectionCursor.parse(text);
    if (cursor == null) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`after` must be the `next` of another page");
    }
    return cursor;
  }

  private static void write(JsonGenerator json, ConnectionPage page) throws IOException {
    json.writeArrayFieldStart("connections");
    for (ConnectionPage.Row row : page.rows()) {
      write(json, row.node(), row.connection());
    }
    json.writeEndArray();
    ConnectionCursor next = page.next();
    if (next != null) {
      json.writeStringField("next", next.text());
    }
    json.writeNumberField(
        "count", page.counts().values().stream().mapToLong(Integer::longValue).sum());
    json.writeObjectFieldStart("nodes");
    for (Map.Entry<String, Integer> each : page.counts().entrySet()) {
      json.writeNumberField(each.getKey(), each.getValue());
    }
    json.writeEndObject();
    Explored.writeMissing(json, page.missing());
  }

  private static void write(JsonGenerator json, String node, ExploredConnection connection)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("node", node);
    json.writeNumberField("number", connection.number());
    json.writeStringField("transport", connection.transport());
    json.writeStringField("user", connection.user());
    if (connection.keyId() != null) {
      json.writeStringField("key", connection.keyId());
    }
    if (connection.address() != null) {
      json.writeStringField("address", connection.address());
    }
    json.writeStringField("openedAt", Instant.ofEpochMilli(connection.openedAtMillis()).toString());
    json.writeStringField(
        "expiresAt", Instant.ofEpochMilli(connection.expiresAtMillis()).toString());
    json.writeNumberField("subscriptions", connection.subscriptions());
    json.writeNumberField("writtenBytes", connection.writtenBytes());
    json.writeNumberField("pendingBytes", connection.pendingBytes());
    json.writeEndObject();
  }
}
