package io.broadcasty.transport.pusher;

import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppSignature;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.UserChannel;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.transport.body.BodyRequest;
import io.broadcasty.transport.body.FormParameters;
import io.broadcasty.transport.body.MediaType;
import io.broadcasty.transport.edge.BodyBytes;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.ProblemWriter;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PusherReader;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Signs subscriptions and sign-ins for callers with a token, in the form in which pusher-js and
 * Laravel Echo ask an application's own server for it (Pusher's "Authorizing users").
 *
 * <p>The parameters {@code socket_id} and {@code channel_name} come as a form or as JSON. A tenant
 * with several apps names one by {@code app_id} in the query.
 */
@WebServlet(
    urlPatterns = {
      "/broadcasty/pusher/auth",
      "/broadcasty/pusher/user-auth",
      "/broadcasting/auth",
      "/broadcasting/user-auth"
    },
    asyncSupported = true,
    name = "broadcasty-pusher-auth")
public class PusherAuthServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  @Inject private transient Apps apps;
  @Inject private transient Policy policy;

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Caller caller = CallerRequest.caller(request.getUserPrincipal());
    if (caller == null) {
      ProblemWriter.write(request, response, Problem.of(Code.UNAUTHORIZED, "send a token"));
      return;
    }
    try {
      byte[] body = BodyRequest.bytes(request);
      BodyBytes.charge(request, body.length);
      Map<String, String> parameters =
          MediaType.isJson(request.getContentType())
              ? PusherReader.texts(body)
              : FormParameters.of(new String(body, StandardCharsets.UTF_8));
      String socketId = parameters.getOrDefault("socket_id", "");
      if (!PusherReader.isSocketId(socketId)) {
        throw new ProblemException(
            Code.INVALID_REQUEST, "`socket_id` must be two numbers with a dot between");
      }
      App app = app(caller, request.getParameter("app_id"));
      boolean user = request.getServletPath().endsWith("/user-auth");
      String answer =
          user
              ? signIn(app, caller, socketId)
              : subscription(app, caller, socketId, parameters.getOrDefault("channel_name", ""));
      response.setContentType("application/json");
      ProblemWriter.body(response, answer);
    } catch (ProblemException e) {
      ProblemWriter.write(request, response, e.problem());
    }
  }

  /** Returns the app that is named, otherwise the only one of the caller's tenant. */
  private App app(Caller caller, @Nullable String id) throws ProblemException {
    List<App> own = apps.of(caller.tenant());
    if (id != null) {
      own = own.stream().filter(app -> app.id().equals(id)).toList();
    }
    if (own.isEmpty()) {
      throw new ProblemException(Code.NOT_FOUND, "your tenant has no such app");
    }
    if (own.size() > 1) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "your tenant has several apps; name one by `app_id` in the query");
    }
    return own.get(0);
  }

  private String subscription(App app, Caller caller, String socketId, String name)
      throws ProblemException {
    ChannelName channel = EventPublisher.channel(name);
    ChannelName.Kind kind = channel.kind();
    if (kind == ChannelName.Kind.PUBLIC || UserChannel.user(channel) != null) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "only private and presence channels need to be authorized");
    }
    if (kind == ChannelName.Kind.ENCRYPTED) {
      throw new ProblemException(
          Code.FORBIDDEN,
          "this server knows no key of encrypted channels; authorize these by a server of your"
              + " own");
    }
    boolean allowed =
        policy.allows(caller, channel, Action.SUBSCRIBE)
            && (kind != ChannelName.Kind.PRESENCE
                || policy.allows(caller, channel, ChannelOperation.JOIN));
    if (!allowed) {
      throw new ProblemException(
          Code.FORBIDDEN, "your roles do not allow subscribing to this channel");
    }
    String data = data("user_id", caller);
    String signed = AppSignature.presence(socketId, name, data);
    return answer(app, signed, "channel_data", data);
  }

  private static String signIn(App app, Caller caller, String socketId) throws ProblemException {
    String data = data("id", caller);
    return answer(app, AppSignature.signin(socketId, data), "user_data", data);
  }

  private static String answer(App app, String signed, String field, String data) {
    return JsonWriter.object(
        json -> {
          json.writeStringField("auth", AppSignature.auth(app.credentials().get(0), signed));
          json.writeStringField(field, data);
        });
  }

  /** Returns what is signed of a caller: the id, the name that others see, and the roles. */
  private static String data(String field, Caller caller) throws ProblemException {
    if (!PusherReader.isUserId(caller.subject())) {
      throw new ProblemException(
          Code.INVALID_REQUEST,
          "the `sub` of the token must be 1 to 128 characters out of A-Z a-z 0-9 _ - = @ , . ;");
    }
    return JsonWriter.object(
        json -> {
          json.writeStringField(field, caller.subject());
          json.writeObjectFieldStart("user_info");
          if (caller.claims().get("name") instanceof String name) {
            json.writeStringField("name", name);
          }
          json.writeEndObject();
          json.writeArrayFieldStart("roles");
          for (String role : caller.roles().stream().sorted().toList()) {
            json.writeString(role);
          }
          json.writeEndArray();
        });
  }
}
