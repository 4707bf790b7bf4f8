package io.broadcasty.transport.http;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.service.PresenceOutcome;
import io.broadcasty.presence.service.PresenceService;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.MemberReader;
import io.broadcasty.wire.NativeFrames;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/presence}: lists members of a channel, and lets members join over HTTP.
 */
@Path("presence")
@Produces("application/json")
public class PresenceResource {

  private static final System.Logger LOG = System.getLogger(PresenceResource.class.getName());

  @Inject private PresenceService presence;
  @Inject private EdgeSettings settings;

  /** Lists members; the protocol describes the parameters. */
  @GET
  public Response members(
      @Context HttpServletRequest request,
      @QueryParam("channel") @Nullable String channel,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    try {
      Caller caller = caller(request);
      ChannelName name = new ChannelName(QueryParameters.required("channel", channel));
      int count =
          (int)
              QueryParameters.number(
                  "limit", limit, MemberReader.DEFAULT_LIMIT, 1, MemberReader.MAX_LIMIT);
      PresenceOutcome outcome = presence.members(caller, name, after, count);
      return outcome instanceof PresenceOutcome.Members members
          ? Response.ok(JsonWriter.object(NativeFrames.members(name, members.page()))).build()
          : problem(outcome);
    } catch (InvalidChannelException e) {
      return ProblemResponses.of(ProblemMapper.invalidChannel(e));
    } catch (ProblemException e) {
      return ProblemResponses.of(e.problem());
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot read members", e);
      return ProblemResponses.of(ProblemMapper.storeUnreadable());
    }
  }

  /**
   * Joins a channel, until heartbeats stop; the body is {@code {"channel", "member": {"id", …}}}.
   */
  @POST
  @Path("join")
  public CompletionStage<Response> join(@Context HttpServletRequest request) {
    return execute(
        request,
        (caller, channel, body) ->
            presence.join(
                caller,
                channel,
                MemberReader.member(
                    body.member(), body.id() == null ? caller.subject() : body.id())));
  }

  /** Leaves a channel; the body is {@code {"channel", "id"}}. */
  @POST
  @Path("leave")
  public CompletionStage<Response> leave(@Context HttpServletRequest request) {
    return execute(
        request, (caller, channel, body) -> presence.leave(caller, channel, id(caller, body)));
  }

  /** Renews a membership; the body is {@code {"channel", "id"}}. */
  @POST
  @Path("heartbeat")
  public CompletionStage<Response> heartbeat(@Context HttpServletRequest request) {
    return execute(
        request, (caller, channel, body) -> presence.renew(caller, channel, id(caller, body)));
  }

  /** An operation of the presence service. */
  private interface PresenceCall {
    CompletionStage<PresenceOutcome> of(
        Caller caller, ChannelName channel, MemberReader.Request body) throws ProblemException;
  }

  private CompletionStage<Response> execute(HttpServletRequest request, PresenceCall wish) {
    try {
      Caller caller = caller(request);
      RequestBody.requireJson(request);
      MemberReader.Request body = MemberReader.request(RequestBody.read(request, settings));
      ChannelName channel = new ChannelName(body.channel());
      return wish.of(caller, channel, body).thenApply(outcome -> answer(channel, outcome));
    } catch (InvalidChannelException e) {
      return done(ProblemResponses.of(ProblemMapper.invalidChannel(e)));
    } catch (ProblemException e) {
      return done(ProblemResponses.of(e.problem()));
    }
  }

  private static Response answer(ChannelName channel, PresenceOutcome outcome) {
    if (outcome instanceof PresenceOutcome.Joined joined) {
      return Response.ok(
              JsonWriter.object(
                  json -> {
                    NativeFrames.joined(channel, joined.member()).write(json);
                    json.writeNumberField("ttl", joined.duration().toSeconds());
                  }))
          .build();
    }
    if (outcome instanceof PresenceOutcome.Left left) {
      return Response.ok(
              JsonWriter.object(
                  json -> {
                    json.writeStringField("channel", channel.value());
                    json.writeStringField("id", left.memberId());
                  }))
          .build();
    }
    if (outcome instanceof PresenceOutcome.Renewed renewed) {
      return Response.ok(
              JsonWriter.object(
                  json -> {
                    json.writeStringField("channel", channel.value());
                    json.writeStringField("id", renewed.memberId());
                    json.writeNumberField("ttl", renewed.duration().toSeconds());
                  }))
          .build();
    }
    return problem(outcome);
  }

  private static String id(Caller caller, MemberReader.Request body) throws ProblemException {
    if (body.id() != null) {
      return body.id();
    }
    Member member = MemberReader.member(body.member(), caller.subject());
    return member.id();
  }

  private static Caller caller(HttpServletRequest request) throws ProblemException {
    Caller caller = CallerRequest.caller(request.getUserPrincipal());
    if (caller == null) {
      throw new ProblemException(Code.UNAUTHORIZED, "send a token");
    }
    return caller;
  }

  private static Response problem(PresenceOutcome outcome) {
    Problem problem = ProblemMapper.problem(outcome);
    return ProblemResponses.of(java.util.Objects.requireNonNull(problem));
  }

  private static CompletionStage<Response> done(Response response) {
    return CompletableFuture.completedFuture(response);
  }
}
