package io.broadcasty.transport.http;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.PushMapper;
import io.broadcasty.presence.PresenceException;
import io.broadcasty.push.PushResult;
import io.broadcasty.push.PushSend;
import io.broadcasty.push.PushStatusQuery;
import io.broadcasty.push.PushSubscriptions;
import io.broadcasty.push.device.Audience;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PushReader;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/push}: registers devices, sends notifications and reports their
 * outcome.
 */
@Path("push")
@Produces("application/json")
public class PushResource {

  private static final System.Logger LOG = System.getLogger(PushResource.class.getName());

  @Inject private PushSubscriptions subscriptions;
  @Inject private PushSend send;
  @Inject private PushStatusQuery status;
  @Inject private EdgeSettings settings;
  @Inject private RealtimeListener listener;

  /** Registers a device of the caller, or of the named user, for notifications. */
  @POST
  @Path("subscriptions")
  public Response subscribe(@Context HttpServletRequest request) {
    return execute(
        request,
        caller -> {
          RequestBody.requireJson(request);
          PushReader.Device read = PushReader.device(RequestBody.read(request, settings));
          return subscriptions.register(
              caller,
              new PushSubscriptions.Registration(
                  new DeviceAddress(
                      service(read.service()), read.token(), read.publicKey(), read.authSecret()),
                  read.user(),
                  read.device(),
                  read.topics() == null ? null : channels(read.topics())));
        });
  }

  /** Lists the caller's devices, or those of the named user. */
  @GET
  @Path("subscriptions")
  public Response list(
      @Context HttpServletRequest request, @QueryParam("user") @Nullable String user) {
    return execute(request, caller -> subscriptions.list(caller, user));
  }

  /** Removes a device, which gets no further notifications. */
  @DELETE
  @Path("subscriptions/{id}")
  public Response unsubscribe(@Context HttpServletRequest request, @PathParam("id") String id) {
    return execute(request, caller -> subscriptions.remove(caller, id));
  }

  /** Queues a notification, which is sent afterwards. */
  @POST
  @Path("send")
  public Response send(@Context HttpServletRequest request) {
    return execute(
        request,
        caller -> {
          RequestBody.requireJson(request);
          return send.send(
              caller, order(PushReader.sendRequest(RequestBody.read(request, settings))));
        });
  }

  /** Returns the outcome of a notification for each device. */
  @GET
  @Path("{id}")
  public Response outcomes(
      @Context HttpServletRequest request,
      @PathParam("id") String id,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    return execute(
        request,
        caller ->
            status.find(
                caller,
                id,
                QueryParameters.number("after", after, 0, 0, Long.MAX_VALUE),
                (int)
                    QueryParameters.number(
                        "limit", limit, PushReader.DEFAULT_LIMIT, 1, PushReader.MAX_LIMIT)));
  }

  /** An operation of push. */
  private interface PushCall {
    PushResult of(Caller caller) throws ProblemException;
  }

  private Response execute(HttpServletRequest request, PushCall wish) {
    try {
      Caller caller = CallerRequest.caller(request.getUserPrincipal());
      if (caller == null) {
        throw new ProblemException(Code.UNAUTHORIZED, "send a token");
      }
      PushResult answer = wish.of(caller);
      if (answer instanceof PushResult.Denied) {
        listener.onDenied(
            new Denied(caller.tenant(), caller.subject(), Operation.PUSH, null, caller.address()));
      }
      return PushResponses.response(answer);
    } catch (InvalidChannelException e) {
      return ProblemResponses.of(ProblemMapper.invalidChannel(e));
    } catch (ProblemException e) {
      return ProblemResponses.of(e.problem());
    } catch (PushStoreException | PresenceException e) {
      LOG.log(Level.DEBUG, "Cannot use the stores of push", e);
      if (e instanceof PushStoreException store && store.isRejected()) {
        return ProblemResponses.of(
            Problem.of(
                Code.INVALID_REQUEST,
                "the database refuses this request: a name in it, or that of the user, is too long"
                    + " or cannot be kept"));
      }
      return ProblemResponses.of(PushResponses.unavailable());
    }
  }

  private static PushSend.Request order(PushReader.SendRequest read) throws ProblemException {
    return new PushSend.Request(
        new Audience(read.users(), read.devices(), channels(read.topics())),
        read.channel() == null ? null : new ChannelName(read.channel()),
        PushMapper.notification(read.notification()),
        read.id());
  }

  private static PushService service(String word) throws ProblemException {
    if (!PushService.isName(word)) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`service` is the name of a push service, such as fcm");
    }
    return new PushService(word);
  }

  private static Set<ChannelName> channels(Set<String> names) {
    Set<ChannelName> channels = new LinkedHashSet<>();
    for (String name : names) {
      channels.add(new ChannelName(name));
    }
    return channels;
  }
}
