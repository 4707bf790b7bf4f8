package io.broadcasty.transport;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Makes fakes of the servlet API's interfaces, of which a test answers only some methods. */
public final class FakeServlets {

  private FakeServlets() {}

  /** Answers the calls of a fake. */
  public interface Answers {

    /**
     * Returns the result of a call.
     *
     * @param name the name of the method
     * @return ignored for a method that returns nothing
     */
    @Nullable Object to(String name, Object[] arguments);
  }

  /** Creates a fake that has every call answered. */
  public static <T> T fake(Class<T> type, Answers answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Object answer =
                  answers.to(method.getName(), arguments == null ? new Object[0] : arguments);
              return method.getReturnType() == void.class ? null : answer;
            }));
  }

  /** An output that is always ready and drops what is written. */
  public static class DiscardedOutput extends ServletOutputStream {

    @Override
    public void write(int each) {}

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setWriteListener(WriteListener listener) {}
  }
}
