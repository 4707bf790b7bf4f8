package io.broadcasty.transport.edge;

import io.broadcasty.core.app.Apps;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.auth.PossessionProofs;
import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.core.auth.Tickets;
import io.broadcasty.core.lifecycle.ConnectionEvent.HttpAnswered;
import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.lifecycle.ConnectionEvent.Replayed;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenFault;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenRefused;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.ratelimit.UnauthenticatedConnections;
import io.broadcasty.core.request.RequestId;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.transport.body.RequestBodies;
import io.broadcasty.transport.container.StreamOutputSelector;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks every request of the data plane before servlets, JAX-RS and the WebSocket upgrade: rate of
 * the address, origin, token, bytes of the body.
 *
 * <p>It refuses requests with an HTTP answer. Behind it the request's principal is the caller; only
 * a WebSocket handshake may come without a token, to authenticate by its first command.
 */
@WebFilter(
    urlPatterns = {"/broadcasty/*", "/broadcasting/*", "/app/*", "/apps/*"},
    asyncSupported = true,
    dispatcherTypes = {DispatcherType.REQUEST, DispatcherType.ASYNC},
    filterName = "broadcasty-edge")
public class EdgeFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final System.Logger LOG = System.getLogger(EdgeFilter.class.getName());

  /** The same as the patterns of the filter. */
  private static final List<String> PREFIXES =
      List.of("/broadcasty/", "/broadcasting/", "/app/", "/apps/");

  private static final String WS_PATH = "/broadcasty/ws";
  private static final Pattern AUTHORIZATION =
      Pattern.compile("/broadcast(ing|y/pusher)/(auth|user-auth)");
  private static final String APP_PATH = "/app/";
  private static final String SSE_PATH = "/broadcasty/sse";
  private static final String PUBLISH_PATH = "/broadcasty/publish";
  private static final String SESSION_PATH = "/broadcasty/session";
  private static final String PING_PATH = "/broadcasty/ping";

  private static final Set<String> CHANGING = Set.of("POST", "PATCH", "DELETE");

  /** The paths that need no token: a ping, a script, a public key and documentation. */
  private static final Set<String> OPEN_PATHS =
      Set.of(
          PING_PATH, "/broadcasty/push/sw.js", "/broadcasty/push/key", "/broadcasty/openapi.yaml");

  /** The pages about problem codes, which need none either. */
  private static final Pattern PROBLEM_PAGES = Pattern.compile(ProblemTypes.PATH + "(/[^/]*)?");

  @Inject private transient EdgeSettings settings;
  @Inject private transient Authenticator authenticator;
  @Inject private transient Apps apps;
  @Inject private transient RateLimiter limits;
  @Inject private transient ConnectionLimiter connections;
  @Inject private transient UnauthenticatedConnections unauthenticated;
  @Inject private transient Sessions sessions;
  @Inject private transient RequestBodies bodies;
  @Inject private transient TenantSettingsLookup tenants;
  @Inject private transient NonceStore nonces;
  @Inject private transient PossessionProofs proofs;
  @Inject private transient Tickets tickets;
  @Inject private transient ProtectedResource resource;
  @Inject private transient RealtimeListener listener;
  @Inject private transient WallClock clock;
  @Inject private transient MemoryBudgets memory;
  @Inject private transient StreamOutputSelector outputs;
  @Inject private transient CurrentCaller current;

  private transient @Nullable AddressLimiter addresses;
  private transient @Nullable SecurityHeaders headers;
  private transient @Nullable OriginPolicy origins;
  private transient @Nullable CrossOrigin crossOrigin;
  private transient @Nullable ReplayGuard replays;
  private transient @Nullable ReplayGuard signedReplays;
  private transient @Nullable RequestCredentials credentials;
  private transient @Nullable SessionCookies cookies;
  private transient @Nullable AppAuthenticator appAuthenticator;
  private transient @Nullable ScraperAccess scrapers;
  private transient @Nullable BodyStage stage;
  private transient @Nullable OpenBodies openBodies;
  private transient @Nullable DpopStage dpop;
  private transient @Nullable ProxyHeaders proxies;
  private transient TenantHeader tenantHeader = new TenantHeader(null);

  @Override
  public void init() {
    addresses = new AddressLimiter(limits, settings);
    ClientAddressResolver trusted = new ClientAddressResolver(settings.trustedProxies());
    headers = new SecurityHeaders(trusted);
    proxies = new ProxyHeaders(trusted);
    tenantHeader = new TenantHeader(settings.tenantHeader());
    OriginPolicy policy = new OriginPolicy(settings.allowedOrigins());
    origins = policy;
    crossOrigin = new CrossOrigin(policy, settings);
    replays = new ReplayGuard(nonces, settings.nonceRequired(), settings.nonceWindow());
    signedReplays = new ReplayGuard(nonces, true, EdgeSettings.SIGNED_WINDOW);
    credentials = new RequestCredentials(tickets, settings);
    cookies = new SessionCookies(settings);
    appAuthenticator = new AppAuthenticator(apps, tenants, nonces);
    scrapers = new ScraperAccess(settings.metrics());
    stage = new BodyStage(bodies, tenants, listener, settings.ipv6PrefixBits());
    dpop = new DpopStage(proofs, resource);
    openBodies = new OpenBodies(bodies, listener, settings.ipv6PrefixBits());
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    try (RequestId.Scope scope = RequestIds.enter(request, response)) {
      filter(request, response, chain);
    }
  }

  private void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request.getDispatcherType() == DispatcherType.ASYNC) {
      CallerRequest resumed = CallerRequest.find(request);
      if (resumed != null) {
        current.set(resumed.caller()); // a dispatch may have a context of its own
      }
      BodyStage.resume(request, response, chain, listener);
      return;
    }
    long requestBytes = Math.max(0, request.getContentLengthLong());
    boolean toldLater = false;
    boolean failed = true;
    HttpServletRequest received = request;
    try {
      received = bodies.receive(request);
      toldLater = serve(received, response, chain);
      failed = false;
    } catch (IOException e) {
      failed = false; // only the client's connection fails so; the server would log a stack trace
      LOG.log(Level.DEBUG, "The client left during its request", e);
      if (!response.isCommitted()) {
        response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
      }
    } finally {
      RequestBodies.releaseUnlessPutAside(received);
      if (!toldLater) {
        boolean broken = failed && !response.isCommitted();
        int status = broken ? HttpServletResponse.SC_INTERNAL_SERVER_ERROR : response.getStatus();
        listener.onHttpAnswered(new HttpAnswered(status, requestBytes));
      }
    }
    if (!toldLater) {
      bodies.discardRest(received, response);
    }
  }

  /** Returns whether this filter gets the requests to a path. */
  static boolean sees(String path) {
    return PREFIXES.stream().anyMatch(path::startsWith);
  }

  /** Returns whether operators use a path to see how the node is. */
  private static boolean isOfOperators(String path) {
    return path.startsWith("/broadcasty/admin/") || path.equals("/broadcasty/metrics");
  }

  /**
   * Serves the request; returns whether it is answered asynchronously and notifies the listener
   * itself.
   */
  private boolean serve(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Accel-Buffering", "no");
    if (response.getHeader("Date") == null) { // Payara sends none (RFC 9110, section 6.6.1)
      response.setDateHeader("Date", clock.nowMillis());
    }
    if (headers != null) {
      headers.ofApi(request, response);
    }
    request.setAttribute(BearerChallenge.RESOURCE, resource);
    String path = request.getRequestURI().substring(request.getContextPath().length());
    if (addresses == null || origins == null || crossOrigin == null) {
      throw new ServletException("The edge has not been initialised");
    }
    Problem refusal = addresses.refusal(request, response, path.equals(PING_PATH));
    String origin = HeaderFields.list(request, "Origin"); // several are those of nobody
    boolean allowed = isAllowed(origin, request);
    if (allowed && origin != null) {
      crossOrigin.allow(origin, response);
    }
    if (refusal != null) {
      refuse(request, response, refusal);
      return false;
    }
    if (!allowed) {
      refuse(
          request,
          response,
          Problem.of(
              Code.ORIGIN_NOT_ALLOWED,
              "pages of this origin may not call this server; add it to"
                  + " BROADCASTY_ALLOWED_ORIGINS"));
      return false;
    }
    String methods = AllowedMethods.of(path);
    Problem wrongMethod = AllowedMethods.refusal(request.getMethod(), methods, response);
    if (wrongMethod != null) {
      refuse(request, response, wrongMethod);
      return false;
    }
    if (request.getMethod().equals("OPTIONS")) {
      bodies.expectUnread(request, response);
      if (methods != null) {
        response.setHeader("Allow", methods);
      }
      crossOrigin.preflight(request, response);
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
      return false;
    }
    Problem fault = RequestSyntax.fault(request);
    if (fault != null) {
      if (fault.code() == Code.UNSUPPORTED_MEDIA_TYPE) {
        response.setHeader("Accept-Encoding", "identity"); // RFC 9110, section 15.5.16
      }
      refuse(request, response, fault);
      return false;
    }
    String address = ClientAddress.of(request);
    boolean app = path.startsWith(APP_PATH);
    boolean stream = path.equals(WS_PATH) || path.equals(SSE_PATH) || app;
    if (stream && RequestBodies.isUnread(request)) {
      refuse(
          request,
          response,
          Problem.of(Code.INVALID_REQUEST, "a request that opens a stream has no body"));
      return false;
    }
    if ((stream || path.equals(PING_PATH)) && sessions.isDraining()) {
      refuse(
          request,
          response,
          new Problem(
              Code.DRAINING,
              "this node is shutting down; reconnect to another one",
              Duration.ofSeconds(1)));
      return false;
    }
    Problem suspension = sessions.suspension();
    if (suspension != null && !isOfOperators(path)) {
      refuse(request, response, suspension);
      return false;
    }
    if (OPEN_PATHS.contains(path) || PROBLEM_PAGES.matcher(path).matches()) {
      bodies.expectUnread(request, response);
      chain.doFilter(request, response);
      return false;
    }
    if (path.equals(OpenBodies.LOGOUT_PATH)) {
      return serveOpen(request, response, chain);
    }
    if (app) { // whose clients name an app instead of sending a token
      openUnauthenticated(request, response, chain);
      return false;
    }
    if (AppAuthenticator.isSigned(path)) {
      return serveApp(request, response, chain, path, address);
    }
    if (TokenExtractor.hasKeyInQuery(request)) {
      String reason = "an API key must not be in the URL; send it in `Authorization: Bearer`";
      listener.onTokenRefused(new TokenRefused(TokenFault.INVALID, reason, address));
      refuse(request, response, Problem.of(Code.UNAUTHORIZED, reason));
      return false;
    }
    boolean session = path.equals(SESSION_PATH);
    if (session) {
      Problem foreign = Objects.requireNonNull(cookies).refusal(request, true);
      if (foreign != null) {
        refuse(request, response, foreign);
        return false;
      }
    }
    if (session && request.getMethod().equals("DELETE")) { // also when its token has expired
      bodies.expectUnread(request, response);
      chain.doFilter(request, response);
      return false;
    }
    SignedRequest signed;
    PresentedToken token;
    try {
      signed = SignatureHeaders.read(request);
      token =
          signed == null
              ? Objects.requireNonNull(credentials).token(request, stream, path.equals(WS_PATH))
              : null;
    } catch (ProblemException e) {
      listener.onTokenRefused(new TokenRefused(TokenFault.INVALID, e.problem().detail(), address));
      refuse(request, response, e.problem());
      return false;
    }
    if (scrapers != null && scrapers.admit(request, path, token == null ? null : token.token())) {
      bodies.expectUnread(request, response);
      chain.doFilter(request, response);
      return false;
    }
    if (token == null && signed == null) {
      if (path.equals(WS_PATH)) {
        openUnauthenticated(request, response, chain);
      } else {
        listener.onTokenRefused(
            new TokenRefused(TokenFault.MISSING, "the request has no token", address));
        bodies.expectUnread(request, response);
        ProblemWriter.write(
            response,
            Problem.of(
                Code.UNAUTHORIZED,
                "send a token: `Authorization: Bearer …`, or for a stream in a browser a ticket"
                    + " (POST /broadcasty/ticket)"),
            BearerChallenge.with(BearerChallenge.ofMissingToken(), resource.metadataUrl(request)));
      }
      return false;
    }
    ProblemMapper.Identification verdict =
        signed != null
            ? ProblemMapper.authenticate(authenticator, signed, address)
            : identify(Objects.requireNonNull(token), address);
    boolean proving = token != null && token.manner() == PresentedToken.Manner.DPOP;
    if (verdict instanceof ProblemMapper.Unidentified unidentified) {
      Problem problem = unidentified.problem();
      boolean tokenOfDpop =
          proving && problem.code().httpStatus() == HttpServletResponse.SC_UNAUTHORIZED;
      if (tokenOfDpop || DpopStage.isMissingProof(problem)) {
        challengeDpop(request, response, "invalid_token", problem);
      } else {
        refuse(request, response, problem);
      }
      return false;
    }
    Caller caller = ((ProblemMapper.Identified) verdict).caller();
    Problem unproven = proving ? Objects.requireNonNull(dpop).refusal(request, caller) : null;
    if (unproven != null) {
      if (unproven.code() == Code.UNAUTHORIZED) {
        listener.onTokenRefused(new TokenRefused(TokenFault.INVALID, unproven.detail(), address));
        challengeDpop(request, response, "invalid_dpop_proof", unproven);
      } else {
        refuse(request, response, unproven);
      }
      return false;
    }
    Problem otherTenant = tenantHeader.refusal(request, caller.tenant());
    if (otherTenant != null) {
      refuse(request, response, otherTenant);
      return false;
    }
    if (stream) {
      sessions.probe(caller.tenant(), caller.subject());
    }
    if (stream && !connections.hasCapacity(caller.tenant(), caller.subject())) {
      listener.onLimitReached(
          new LimitReached(
              LimitReached.CONNECTIONS, caller.tenant(), caller.subject(), null, address));
      refuse(
          request,
          response,
          new Problem(
              Code.CONNECTION_LIMIT,
              "this tenant or user has reached its connection limit; close some connections",
              Duration.ofSeconds(10)));
      return false;
    }
    Problem replayed = refuseReplayed(request, caller, signed != null);
    if (replayed != null) {
      if (replayed.code() == Code.REPLAYED) {
        listener.onReplayed(
            new Replayed(caller.tenant(), caller.subject(), replayed.detail(), address));
      }
      refuse(request, response, replayed);
      return false;
    }
    CallerRequest called = new CallerRequest(request, caller, SignedBody.of(signed));
    if (AUTHORIZATION.matcher(path).matches()) { // asked for by a form
      called.readAnyMediaType();
    }
    return serveCaller(request, called, response, chain, path);
  }

  /** Serves a request that needs no token, with its body; returns as {@link #serve} does. */
  private boolean serveOpen(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    try {
      if (!Objects.requireNonNull(openBodies).read(request, response)) {
        return true;
      }
    } catch (ProblemException e) {
      refuse(request, response, e.problem());
      return false;
    }
    chain.doFilter(request, response);
    return false;
  }

  /** Serves a request of an app's back end. */
  private boolean serveApp(
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain,
      String path,
      String address)
      throws IOException, ServletException {
    AppAuthenticator.Verified verified;
    try {
      verified =
          Objects.requireNonNull(appAuthenticator)
              .verify(request, path, clock.nowMillis(), address);
    } catch (ProblemException e) {
      listener.onTokenRefused(new TokenRefused(TokenFault.INVALID, e.problem().detail(), address));
      refuse(request, response, e.problem());
      return false;
    }
    Problem otherTenant = tenantHeader.refusal(request, verified.caller().tenant());
    if (otherTenant != null) {
      refuse(request, response, otherTenant);
      return false;
    }
    CallerRequest called = new CallerRequest(request, verified.caller(), verified.body());
    called.readAnyMediaType();
    return serveCaller(request, called, response, chain, path);
  }

  /** Serves a request whose caller is known; returns as {@link #serve} does. */
  private boolean serveCaller(
      HttpServletRequest request,
      CallerRequest called,
      HttpServletResponse response,
      FilterChain chain,
      String path)
      throws IOException, ServletException {
    Caller caller = called.caller();
    String address = ClientAddress.of(request);
    try {
      BodyBytes.chargeAnnounced(request, response, limits, caller);
    } catch (ProblemException e) {
      refuse(request, response, e.problem());
      return false;
    }
    current.set(caller);
    try {
      if (path.equals(PUBLISH_PATH) && request.getMethod().equals("POST")) {
        called.leaveBodyTo(stage, address);
      } else if (stage != null && !stage.read(called, response, address, null)) {
        return true;
      }
    } catch (ProblemException e) {
      refuse(request, response, e.problem());
      return false;
    }
    try {
      largeReplies().serve(path, called, response, chain);
    } catch (ProblemException e) {
      refuse(request, response, e.problem());
    }
    return called.isAnsweredLater();
  }

  /** Returns whether a page may call the server: it is allowed to, or is the server's own. */
  private boolean isAllowed(@Nullable String origin, HttpServletRequest request) {
    OriginPolicy policy = Objects.requireNonNull(origins);
    return policy.allows(origin, null)
        || Objects.requireNonNull(proxies).hosts(request).stream()
            .anyMatch(host -> policy.allows(origin, host));
  }

  private LargeReplies largeReplies() {
    return new LargeReplies(memory, sessions, outputs);
  }

  /** Lets a handshake without a token pass if there is a place for it. */
  private void openUnauthenticated(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String address = ClientAddress.of(request);
    UnauthenticatedConnections.Admission admission =
        unauthenticated.tryAcquire(ClientNetwork.of(address, settings.ipv6PrefixBits()));
    if (admission instanceof UnauthenticatedConnections.Refused refused) {
      listener.onLimitReached(
          new LimitReached(LimitReached.UNAUTHENTICATED, null, null, null, address));
      refuse(request, response, ProblemMapper.unauthenticatedLimit(refused));
      return;
    }
    UnauthenticatedConnections.Place place = (UnauthenticatedConnections.Place) admission;
    tenantHeader.named(request).forEach(place::restrictTo);
    boolean answered = false;
    try {
      chain.doFilter(new UnauthenticatedRequest(request, place, address), response);
      answered = response.getStatus() < HttpServletResponse.SC_BAD_REQUEST;
    } finally {
      if (!answered && !place.isInUse()) {
        place.close();
      }
    }
  }

  /** Verifies a token, of which only its bearer is known, or also that the bearer has its key. */
  private ProblemMapper.Identification identify(PresentedToken token, String address) {
    return token.manner() == PresentedToken.Manner.BEARER
        ? ProblemMapper.authenticate(authenticator, token.token(), address)
        : ProblemMapper.authenticateBound(authenticator, token.token(), address);
  }

  private void challengeDpop(
      HttpServletRequest request, HttpServletResponse response, String error, Problem problem)
      throws IOException {
    bodies.expectUnread(request, response);
    ProblemWriter.write(
        response, problem, Objects.requireNonNull(dpop).challenge(request, error, problem));
  }

  private void refuse(HttpServletRequest request, HttpServletResponse response, Problem problem)
      throws IOException {
    bodies.expectUnread(request, response);
    ProblemWriter.write(request, response, problem);
  }

  private @Nullable Problem refuseReplayed(
      HttpServletRequest request, Caller caller, boolean signed) {
    ReplayGuard guard = signed ? signedReplays : replays;
    return guard == null || !(signed || CHANGING.contains(request.getMethod()))
        ? null
        : guard.check(
            caller,
            HeaderFields.list(request, ReplayGuard.NONCE),
            HeaderFields.list(request, ReplayGuard.TIMESTAMP),
            clock.nowMillis());
  }
}
