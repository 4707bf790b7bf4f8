package io.broadcasty.transport.http;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamState;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.Since;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Serves {@code GET /broadcasty/replay}: pages of a stream. */
@Path("replay")
public class ReplayResource {

  private static final System.Logger LOG = System.getLogger(ReplayResource.class.getName());
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1000;
  static final long MAX_PAGE_BYTES = 256 * 1024;

  @Inject private Broker broker;
  @Inject private Policy policy;
  @Inject private RealtimeListener listener;
  @Inject private RateLimiter limits;

  /** Reads a page; the protocol describes the parameters. */
  @GET
  @Produces("application/json")
  public Response replay(
      @Context SecurityContext security,
      @QueryParam("channel") @Nullable String channel,
      @QueryParam("partition") @Nullable String partition,
      @QueryParam("from") @Nullable String from,
      @QueryParam("to") @Nullable String to,
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("epoch") @Nullable String epoch,
      @QueryParam("last") @Nullable String last) {
    Caller caller = CallerRequest.caller(security.getUserPrincipal());
    if (caller == null) {
      return ProblemResponses.of(Problem.of(Code.UNAUTHORIZED, "send a token"));
    }
    try {
      ChannelName name = new ChannelName(QueryParameters.required("channel", channel));
      if (!policy.allows(caller, name, ChannelOperation.REPLAY)) {
        listener.onDenied(
            new Denied(
                caller.tenant(),
                caller.subject(),
                Operation.REPLAY,
                name.kind(),
                caller.address()));
        throw new ProblemException(Code.FORBIDDEN, "your roles do not allow reading this channel");
      }
      RateLimiter.Verdict verdict = limits.tryAcquireRequest(caller.tenant(), caller.subject());
      if (!verdict.granted()) {
        throw new ProblemException(ProblemMapper.throttled(verdict));
      }
      int p = (int) QueryParameters.number("partition", partition, 0, 0, 1023);
      TenantChannel of = new TenantChannel(caller.tenant(), name);
      if (last != null) {
        if (from != null || to != null || limit != null || epoch != null) {
          throw new ProblemException(
              Code.INVALID_REQUEST, "`last` excludes `from`, `to`, `limit` and `epoch`");
        }
        int newest = (int) QueryParameters.number("last", last, 0, 1, Since.Last.MAX);
        return Response.ok(ReplayAnswers.json(name, newest(of, p, newest), Long.MAX_VALUE)).build();
      }
      long first = QueryParameters.number("from", from, 0, 0, Long.MAX_VALUE);
      long upTo = QueryParameters.number("to", to, Long.MAX_VALUE, 0, Long.MAX_VALUE);
      int count = (int) QueryParameters.number("limit", limit, DEFAULT_LIMIT, 1, MAX_LIMIT);
      ReplayPage page =
          broker.replay(
              new ReplayRequest(
                  of,
                  p,
                  epoch,
                  first == 0 ? StreamState.FROM_OLDEST : first - 1,
                  count,
                  MAX_PAGE_BYTES));
      return Response.ok(ReplayAnswers.json(name, page, upTo)).build();
    } catch (InvalidChannelException e) {
      return ProblemResponses.of(ProblemMapper.invalidChannel(e));
    } catch (ProblemException e) {
      return ProblemResponses.of(e.problem());
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot read a replay from the store", e);
      return ProblemResponses.of(ProblemMapper.storeUnreadable());
    }
  }

  /** Reads the newest publications of a partition. */
  private ReplayPage newest(TenantChannel channel, int partition, int count) {
    StreamState state =
        broker
            .replay(new ReplayRequest(channel, partition, null, StreamState.FROM_OLDEST, 0, 0))
            .state();
    long after = new Since.Last(count).after(state);
    return broker.replay(
        new ReplayRequest(channel, partition, state.epoch(), after, count, MAX_PAGE_BYTES));
  }
}
