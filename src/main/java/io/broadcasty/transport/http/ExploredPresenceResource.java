package io.broadcasty.transport.http;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AdministeredTenants;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.MemberReader;
import io.broadcasty.wire.NativeFrames;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/presence}: the members of a channel, whatever the policies let
 * others see.
 */
@Path("admin/presence")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class ExploredPresenceResource {

  @Inject private PresenceStore presence;
  @Inject private AdministeredTenants tenants;

  /** Lists members, in the order of their ids. */
  @GET
  @Audited(value = "presence.list", kind = Audited.Kind.READ)
  public Response members(
      @QueryParam("tenant") @Nullable String tenant,
      @QueryParam("channel") @Nullable String channel,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    return Explored.answer(
        () -> {
          TenantId of = tenants.named(tenant);
          ChannelName name = QueryParameters.channel(QueryParameters.required("channel", channel));
          if (name.kind() != ChannelName.Kind.PRESENCE) {
            throw new ProblemException(ProblemMapper.noPresenceChannel());
          }
          int count = QueryParameters.pageSize(limit, MemberReader.MAX_LIMIT);
          PresencePage page = presence.members(new TenantChannel(of, name), after, count);
          return Response.ok(JsonWriter.object(NativeFrames.members(name, page))).build();
        });
  }
}
