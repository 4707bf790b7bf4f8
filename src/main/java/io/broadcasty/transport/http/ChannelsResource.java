package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.explorer.ChannelDetails;
import io.broadcasty.admin.explorer.ChannelExplorer;
import io.broadcasty.admin.explorer.ChannelPage;
import io.broadcasty.admin.explorer.ChannelSearch;
import io.broadcasty.admin.explorer.ExploredChannel;
import io.broadcasty.admin.policy.ChannelSettingsText;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.streams.broker.StreamState;
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
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/channels}: finds channels and shows one. Administrators see those
 * of their own tenant, operators those of any.
 */
@Path("admin/channels")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class ChannelsResource {

  @Inject private ChannelExplorer channels;
  @Inject private PresenceStore presence;
  @Inject private TenantSettingsLookup settings;
  @Inject private Policy policy;
  @Inject private AdministeredTenants tenants;

  /** Finds channels with a stream or with subscribers, in order of name. */
  @GET
  @Audited(value = "channel.list", kind = Audited.Kind.READ)
  public Response find(
      @QueryParam("tenant") @Nullable String tenant,
      @QueryParam("prefix") @Nullable String prefix,
      @QueryParam("pattern") @Nullable String pattern,
      @QueryParam("occupied") @Nullable String occupied,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    return Explored.answer(
        () -> {
          ChannelPattern kind = pattern == null ? null : pattern(pattern);
          if (prefix != null && kind != null) {
            throw new ProblemException(
                Code.INVALID_REQUEST, "name a `prefix` or a `pattern`, not both");
          }
          ChannelSearch search =
              new ChannelSearch(
                  tenants.named(tenant),
                  kind == null ? prefix(prefix) : kind.prefix(),
                  kind == null ? null : kind.kind(),
                  QueryParameters.flag("occupied", occupied),
                  after == null ? null : QueryParameters.channel(after),
                  QueryParameters.pageSize(limit, ChannelExplorer.MAX_PAGE));
          ChannelPage page = channels.find(search);
          return Response.ok(JsonWriter.object(json -> write(json, page))).build();
        });
  }

  /** Shows a channel; one that nobody has used yet is empty. */
  @GET
  @Path("{channel}")
  @Audited(value = "channel.read", kind = Audited.Kind.READ)
  public Response read(
      @PathParam("channel") String channel, @QueryParam("tenant") @Nullable String tenant) {
    return Explored.answer(
        () -> {
          TenantId of = tenants.named(tenant);
          ChannelName name = QueryParameters.channel(channel);
          ChannelDetails details = channels.details(new TenantChannel(of, name));
          Integer members =
              name.kind() == ChannelName.Kind.PRESENCE
                  ? presence.members(new TenantChannel(of, name), null, 1).count()
                  : null;
          ChannelSettings kept = policy.settings(new TenantChannel(of, name));
          Retention retention = kept.retention().within(settings.of(of).retention());
          return Response.ok(
                  JsonWriter.object(
                      json -> {
                        writeName(json, name);
                        writePartitions(json, details);
                        writeSubscribers(json, details.subscribers());
                        if (members != null) {
                          json.writeNumberField("members", members);
                        }
                        write(json, retention);
                        json.writeFieldName("settings");
                        ChannelSettingsText.write(json, kept);
                        Explored.writeMissing(json, details.missing());
                      }))
              .build();
        });
  }

  private static String prefix(@Nullable String text) throws ProblemException {
    if (text == null || text.isEmpty()) {
      return "";
    }
    return QueryParameters.channel(text).value(); // what a name may begin with is a name
  }

  private static ChannelPattern pattern(String text) throws ProblemException {
    try {
      return ChannelPattern.parse(text);
    } catch (InvalidChannelException e) {
      throw new ProblemException(ProblemMapper.invalidChannel(e));
    }
  }

  private static void write(JsonGenerator json, ChannelPage page) throws IOException {
    json.writeArrayFieldStart("channels");
    for (ExploredChannel channel : page.channels()) {
      json.writeStartObject();
      writeName(json, channel.name());
      json.writeArrayFieldStart("heads");
      JsonWriter.writePositions(json, null, channel.heads());
      json.writeEndArray();
      writeSubscribers(json, channel.subscribers());
      json.writeEndObject();
    }
    json.writeEndArray();
    ChannelName next = page.next();
    if (next != null) {
      json.writeStringField("next", next.value());
    }
    Explored.writeMissing(json, page.missing());
  }

  private static void writeName(JsonGenerator json, ChannelName name) throws IOException {
    json.writeStringField("name", name.value());
    json.writeStringField("kind", name.kind().name().toLowerCase(Locale.ROOT));
  }

  private static void writePartitions(JsonGenerator json, ChannelDetails details)
      throws IOException {
    json.writeArrayFieldStart("partitions");
    for (StreamState state : details.partitions()) {
      json.writeStartObject();
      json.writeNumberField("partition", state.partition());
      json.writeStringField("epoch", state.epoch());
      json.writeNumberField("first", state.first());
      json.writeNumberField("head", state.head());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeSubscribers(JsonGenerator json, SortedMap<String, Integer> byNode)
      throws IOException {
    json.writeNumberField(
        "subscribers", byNode.values().stream().mapToInt(Integer::intValue).sum());
    json.writeObjectFieldStart("nodes");
    for (Map.Entry<String, Integer> each : byNode.entrySet()) {
      json.writeNumberField(each.getKey(), each.getValue());
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Retention retention) throws IOException {
    json.writeObjectFieldStart("retention");
    json.writeNumberField("seconds", retention.age().toSeconds());
    json.writeNumberField("count", retention.maxCount());
    json.writeNumberField("bytes", retention.maxBytes());
    json.writeEndObject();
  }
}
