package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.explorer.ChannelExplorer;
import io.broadcasty.admin.explorer.NodeExplorer;
import io.broadcasty.admin.explorer.NodePage;
import io.broadcasty.admin.explorer.NodeReport;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.push.PushExplorer;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/tenants/{tenant}/usage}: what a tenant uses on all nodes, and the
 * limits in force. For operators; an administrator may read its own tenant.
 */
@Path("admin/tenants/{tenant}/usage")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR_OF_TENANT)
public class TenantUsageResource {

  /** Channels are counted up to this number, or to the quota if that is higher. */
  private static final long MAX_COUNTED = 100_000;

  /** Of a minute, to make a rate of it. */
  private static final double SECONDS = 60;

  private static final System.Logger LOG = System.getLogger(TenantUsageResource.class.getName());

  @Inject private NodeExplorer nodes;
  @Inject private ChannelExplorer channels;
  @Inject private TenantSettingsLookup settings;
  @Inject private PushExplorer push;

  /** Returns the usage; that of a tenant which nobody has used is 0. */
  @GET
  @Audited(value = "tenant.usage", kind = Audited.Kind.READ)
  public Response usage(@PathParam("tenant") String tenant) {
    return Explored.answer(
        () -> {
          TenantId id = id(tenant);
          NodePage page = nodes.nodes(id);
          TenantSettings limits = settings.of(id);
          long counted = channels.count(id, Math.max(MAX_COUNTED, limits.channelQuota()));
          Long pushed = pushed(id);
          return Response.ok(
                  JsonWriter.object(
                      json -> {
                        json.writeStringField("tenant", id.value());
                        write(json, page, limits);
                        json.writeObjectFieldStart("channels");
                        json.writeNumberField("used", counted);
                        json.writeNumberField("limit", limits.channelQuota());
                        json.writeEndObject();
                        write(json, limits, pushed);
                        Explored.writeMissing(json, page.missing());
                      }))
              .build();
        });
  }

  private static TenantId id(String text) throws ProblemException {
    try {
      return new TenantId(text);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(Code.INVALID_REQUEST, "`tenant`: " + e.getMessage());
    }
  }

  /** Returns how many notifications count today; null when there is no push service. */
  private @Nullable Long pushed(TenantId tenant) throws ProblemException {
    try {
      return push.isOn() ? push.usedToday(tenant) : null;
    } catch (PushStoreException e) {
      LOG.log(Level.DEBUG, "Cannot read the quota of push for an administrator", e);
      throw new ProblemException(PushResponses.unavailable());
    }
  }

  private static void write(JsonGenerator json, NodePage page, TenantSettings limits)
      throws IOException {
    json.writeObjectFieldStart("connections");
    json.writeNumberField("used", page.reports().stream().mapToInt(NodeReport::connections).sum());
    json.writeNumberField("limit", limits.maxConnections());
    json.writeNumberField("limitPerUser", limits.maxConnectionsPerUser());
    json.writeEndObject();
    long published = page.reports().stream().mapToLong(NodeReport::published).sum();
    json.writeObjectFieldStart("publications");
    json.writeNumberField("lastMinute", published);
    json.writeNumberField("perSecond", published / SECONDS);
    json.writeEndObject();
    json.writeObjectFieldStart("nodes");
    for (NodeReport report : page.reports()) {
      json.writeObjectFieldStart(report.info().name());
      json.writeNumberField("connections", report.connections());
      json.writeNumberField("channels", report.channels());
      json.writeNumberField("publications", report.published());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, TenantSettings limits, @Nullable Long pushed)
      throws IOException {
    json.writeObjectFieldStart("limits");
    json.writeNumberField("channelsPerConnection", limits.maxChannels());
    write(json, "requests", limits.rates().tenant());
    write(json, "bytes", limits.rates().tenantBytes());
    json.writeNumberField("payloadBytes", limits.publish().maxPayloadBytes());
    Retention retention = limits.retention();
    json.writeObjectFieldStart("retention");
    json.writeNumberField("seconds", retention.age().toSeconds());
    json.writeNumberField("count", retention.maxCount());
    json.writeNumberField("bytes", retention.maxBytes());
    json.writeEndObject();
    json.writeEndObject();
    if (pushed != null) {
      json.writeObjectFieldStart("push");
      json.writeNumberField("today", pushed);
      json.writeNumberField("limit", limits.pushQuotaPerDay());
      json.writeEndObject();
    }
  }

  private static void write(JsonGenerator json, String name, Rate rate) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("perSecond", rate.perSecond());
    json.writeNumberField("burst", rate.burst());
    json.writeEndObject();
  }
}
