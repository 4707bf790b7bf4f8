package io.broadcasty.transport.http;

import io.broadcasty.attend.Attend;
import io.broadcasty.attend.AttendOutcome;
import io.broadcasty.auth.Caller;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.InvalidChannelException;
import io.broadcasty.presence.Member;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.MemberJson;
import io.broadcasty.protocol.NativeFrames;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.session.Answers;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.EdgeSettings;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
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

  @Inject private Attend attend;
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
      ChannelName name = new ChannelName(Query.required("channel", channel));
      int count =
          (int) Query.number("limit", limit, MemberJson.DEFAULT_LIMIT, 1, MemberJson.MAX_LIMIT);
      AttendOutcome outcome = attend.members(caller, name, after, count);
      return outcome instanceof AttendOutcome.Members members
          ? Response.ok(Json.object(NativeFrames.members(name, members.page()))).build()
          : problem(outcome);
    } catch (InvalidChannelException e) {
      return ProblemResponses.of(Answers.invalidChannel(e));
    } catch (ProblemException e) {
      return ProblemResponses.of(e.problem());
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot read members", e);
      return ProblemResponses.of(Answers.storeUnreadable());
    }
  }

  /**
   * Joins a channel, until heartbeats stop; the body is {@code {"channel", "member": {"id", …}}}.
   */
  @POST
  @Path("join")
  public CompletionStage<Response> join(@Context HttpServletRequest request) {
    return answering(
        request,
        (caller, channel, body) ->
            attend.join(
                caller,
                channel,
                MemberJson.member(
                    body.member(), body.id() == null ? caller.subject() : body.id())));
  }

  /** Leaves a channel; the body is {@code {"channel", "id"}}. */
  @POST
  @Path("leave")
  public CompletionStage<Response> leave(@Context HttpServletRequest request) {
    return answering(
        request, (caller, channel, body) -> attend.leave(caller, channel, id(caller, body)));
  }

  /** Renews a membership; the body is {@code {"channel", "id"}}. */
  @POST
  @Path("heartbeat")
  public CompletionStage<Response> heartbeat(@Context HttpServletRequest request) {
    return answering(
        request, (caller, channel, body) -> attend.renew(caller, channel, id(caller, body)));
  }

  /** An operation of the presence service. */
  private interface Wish {
    CompletionStage<AttendOutcome> of(Caller caller, ChannelName channel, MemberJson.Request body)
        throws ProblemException;
  }

  private CompletionStage<Response> answering(HttpServletRequest request, Wish wish) {
    try {
      Caller caller = caller(request);
      Body.requireJson(request);
      MemberJson.Request body = MemberJson.request(Body.read(request, settings));
      ChannelName channel = new ChannelName(body.channel());
      return wish.of(caller, channel, body).thenApply(outcome -> answer(channel, outcome));
    } catch (InvalidChannelException e) {
      return done(ProblemResponses.of(Answers.invalidChannel(e)));
    } catch (ProblemException e) {
      return done(ProblemResponses.of(e.problem()));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "The client left before its request was read", e);
      return done(Response.status(Response.Status.BAD_REQUEST).build());
    }
  }

  private static Response answer(ChannelName channel, AttendOutcome outcome) {
    if (outcome instanceof AttendOutcome.Joined joined) {
      return Response.ok(
              Json.object(
                  json -> {
                    NativeFrames.joined(channel, joined.member()).write(json);
                    json.writeNumberField("ttl", joined.life().toSeconds());
                  }))
          .build();
    }
    if (outcome instanceof AttendOutcome.Left left) {
      return Response.ok(
              Json.object(
                  json -> {
                    json.writeStringField("channel", channel.value());
                    json.writeStringField("id", left.memberId());
                  }))
          .build();
    }
    if (outcome instanceof AttendOutcome.Renewed renewed) {
      return Response.ok(
              Json.object(
                  json -> {
                    json.writeStringField("channel", channel.value());
                    json.writeStringField("id", renewed.memberId());
                    json.writeNumberField("ttl", renewed.life().toSeconds());
                  }))
          .build();
    }
    return problem(outcome);
  }

  private static String id(Caller caller, MemberJson.Request body) throws ProblemException {
    if (body.id() != null) {
      return body.id();
    }
    Member member = MemberJson.member(body.member(), caller.subject());
    return member.id();
  }

  private static Caller caller(HttpServletRequest request) throws ProblemException {
    Caller caller = CallerRequest.caller(request.getUserPrincipal());
    if (caller == null) {
      throw new ProblemException(Code.UNAUTHORIZED, "send a token");
    }
    return caller;
  }

  private static Response problem(AttendOutcome outcome) {
    Problem problem = Answers.problem(outcome);
    return ProblemResponses.of(java.util.Objects.requireNonNull(problem));
  }

  private static CompletionStage<Response> done(Response response) {
    return CompletableFuture.completedFuture(response);
  }
}
