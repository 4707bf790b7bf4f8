package io.broadcasty.transport.edge;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.Principal;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request whose principal is the authenticated caller, as a MicroProfile {@code JsonWebToken}.
 *
 * <p>Code that answers it asynchronously notifies the listener of the answer itself. The edge
 * cannot read the response any more, since a server may already have reused the request and its
 * response.
 */
public final class CallerRequest extends HttpServletRequestWrapper {

  private static final String ATTRIBUTE = CallerRequest.class.getName();
  private static final System.Logger LOG = System.getLogger(CallerRequest.class.getName());

  private final CallerJsonWebToken principal;
  private final @Nullable SignedBody signed;
  private boolean anyMediaType;
  private boolean answeredLater;
  private @Nullable BodyStage bodyStage;
  private String clientAddress = "";

  CallerRequest(HttpServletRequest request, Caller caller) {
    this(request, caller, null);
  }

  /**
   * Creates a request.
   *
   * @param signed which body its client has signed; null for a request with a token
   */
  CallerRequest(HttpServletRequest request, Caller caller, @Nullable SignedBody signed) {
    super(request);
    this.principal = new CallerJsonWebToken(caller);
    this.signed = signed;
    request.setAttribute(ATTRIBUTE, this);
  }

  /** Returns which body the client has signed; null for a request with a token. */
  @Nullable SignedBody signed() {
    return signed;
  }

  /** Has the body read whatever its media type, and as long as a message may be. */
  void readAnyMediaType() {
    anyMediaType = true;
  }

  /** Returns whether the body is read whatever its media type. */
  boolean hasAnyMediaType() {
    return anyMediaType;
  }

  /** Returns the caller behind a principal; null for a principal that is not Broadcasty's. */
  public static @Nullable Caller caller(@Nullable Principal principal) {
    return principal instanceof CallerJsonWebToken token ? token.caller() : null;
  }

  /** Returns the request with a caller behind a request; null when it has none. */
  static @Nullable CallerRequest find(ServletRequest request) {
    ServletRequest inner = request;
    while (inner instanceof ServletRequestWrapper wrapper && !(inner instanceof CallerRequest)) {
      inner = wrapper.getRequest();
    }
    return inner instanceof CallerRequest found ? found : null;
  }

  /**
   * Returns the request with a caller that the edge has passed on. What a server injects may be a
   * proxy, behind which its own request cannot be found.
   */
  public static HttpServletRequest behind(HttpServletRequest injected) {
    return injected.getAttribute(ATTRIBUTE) instanceof CallerRequest request ? request : injected;
  }

  Caller caller() {
    return principal.caller();
  }

  /** Lets the handler of this request read its body, by {@link #readBody}. */
  void leaveBodyTo(@Nullable BodyStage stage, String address) {
    bodyStage = stage;
    clientAddress = address;
  }

  /**
   * Reads the body of a request that the edge has left to its handler. Unlike a dispatch this costs
   * nothing when the body comes later than its head.
   *
   * @param whole continues with a body that has arrived later: handles the request, notifies the
   *     listener of the answer, and completes the context. Called on the thread on which the server
   *     reports the body
   * @return false when {@code whole} is called later, the request is refused elsewhere, or its
   *     client has left
   * @throws ProblemException when the body is refused
   */
  public static boolean readBody(
      HttpServletRequest request, HttpServletResponse response, Consumer<AsyncContext> whole)
      throws ProblemException {
    CallerRequest called = find(request);
    BodyStage stage = called == null ? null : called.bodyStage;
    if (called == null || stage == null) {
      return true;
    }
    try {
      return stage.read(called, response, called.clientAddress, whole);
    } catch (ProblemException e) {
      response.setHeader("Connection", "close");
      throw e;
    } catch (IOException e) { // a server would log what a servlet throws, with a stack trace
      LOG.log(Level.DEBUG, "The client left during its body", e);
      response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
      return false;
    }
  }

  /** Begins to handle the request again, after its body has arrived. */
  void resume() {
    answeredLater = false;
  }

  /** Returns whether the request is answered asynchronously. */
  boolean isAnsweredLater() {
    return answeredLater;
  }

  @Override
  public AsyncContext startAsync() {
    answeredLater = true;
    return super.startAsync();
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    answeredLater = true;
    return super.startAsync(request, response);
  }

  @Override
  public Principal getUserPrincipal() {
    return principal;
  }

  @Override
  public String getRemoteUser() {
    return principal.getName();
  }

  @Override
  public String getAuthType() {
    return "MP-JWT";
  }

  @Override
  public boolean isUserInRole(String role) {
    return principal.caller().roles().contains(role);
  }
}
