package io.broadcasty.cdi;

import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

/**
 * Publishes what a method with {@link Broadcast} returns. It is called within {@code
 * Transactional}, so that it publishes in the transaction of the method.
 */
@Interceptor
@Broadcast("")
@Priority(Interceptor.Priority.LIBRARY_BEFORE)
public class BroadcastInterceptor implements Serializable {

  private static final long serialVersionUID = 1L;

  @Inject private Publishing publishing;

  /** Called by the container. */
  protected BroadcastInterceptor() {}

  @AroundInvoke
  Object publish(InvocationContext call) throws Exception {
    Method method = call.getMethod();
    Broadcast broadcast = broadcast(call);
    Class<?> type = method.getReturnType();
    if (type == void.class
        || Future.class.isAssignableFrom(type)
        || CompletionStage.class.isAssignableFrom(type)) {
      throw new PublishException(
          PublishException.INVALID_PAYLOAD,
          "@Broadcast publishes what a method returns, and "
              + method
              + (type == void.class ? " returns nothing" : " returns what is not there yet"));
    }
    Object result = call.proceed();
    Object payload = result instanceof Optional<?> optional ? optional.orElse(null) : result;
    if (payload != null) {
      PublishOptions options =
          broadcast.event().isEmpty()
              ? PublishOptions.NONE
              : PublishOptions.NONE.withEvent(broadcast.event());
      publishing.publish(
          ChannelTemplate.resolve(broadcast.value(), payload, method, call.getParameters()),
          payload,
          options);
    }
    return result;
  }

  private static Broadcast broadcast(InvocationContext call) {
    Broadcast ofMethod = call.getMethod().getAnnotation(Broadcast.class);
    Broadcast found =
        ofMethod == null
            ? call.getMethod().getDeclaringClass().getAnnotation(Broadcast.class)
            : ofMethod;
    if (found == null) { // by a stereotype, or added by an extension
      throw new PublishException(
          PublishException.NO_CHANNEL, call.getMethod() + " has no @Broadcast of its own");
    }
    return found;
  }
}
