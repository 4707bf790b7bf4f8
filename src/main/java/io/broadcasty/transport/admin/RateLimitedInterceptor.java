package io.broadcasty.transport.admin;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.transport.edge.CurrentCaller;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import org.jspecify.annotations.Nullable;

/** Refuses calls beyond the rates of the caller and its tenant, before anything is looked at. */
@RateLimited
@Interceptor
@Priority(Interceptor.Priority.APPLICATION + 10)
public class RateLimitedInterceptor {

  @Inject private RateLimiter limits;
  @Inject private CurrentCaller current;

  @AroundInvoke
  @Nullable Object limit(InvocationContext call) throws Exception {
    Caller caller = current.require();
    RateLimiter.Verdict verdict = limits.tryAcquireRequest(caller.tenant(), caller.subject());
    if (!verdict.granted()) {
      throw new RefusedException(ProblemMapper.throttled(verdict));
    }
    return call.proceed();
  }
}
