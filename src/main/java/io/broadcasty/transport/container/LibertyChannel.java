package io.broadcasty.transport.container;

import static java.lang.invoke.MethodType.methodType;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The part of Open Liberty's channel framework that Broadcasty uses. Applications cannot see its
 * interfaces, hence the method handles with {@code Object} for each of them.
 */
final class LibertyChannel {

  private static final String TCP = "com.ibm.wsspi.tcpchannel.";

  private static volatile @Nullable LibertyChannel found;

  /** Receives the result of a write that did not complete at once. */
  @FunctionalInterface
  interface WriteCallback {
    /**
     * Called when the write has ended.
     *
     * @param failure null when everything was written
     */
    void onWritten(@Nullable IOException failure) throws IOException;
  }

  private final Class<?> callbackType;
  private final MethodHandle wrap;
  private final MethodHandle setBuffer;
  private final MethodHandle write;
  private final long allData;
  private final int noTimeout;

  private LibertyChannel(ClassLoader loader) throws ReflectiveOperationException {
    Class<?> buffer = loader.loadClass("com.ibm.wsspi.bytebuffer.WsByteBuffer");
    Class<?> pool = loader.loadClass("com.ibm.wsspi.bytebuffer.WsByteBufferPoolManager");
    Class<?> writer = loader.loadClass(TCP + "TCPWriteRequestContext");
    Class<?> connection = loader.loadClass("com.ibm.wsspi.channelfw.VirtualConnection");
    Object pools =
        loader
            .loadClass("com.ibm.wsspi.channelfw.ChannelFrameworkFactory")
            .getMethod("getBufferManager")
            .invoke(null);
    callbackType = loader.loadClass(TCP + "TCPWriteCompletedCallback");
    allData = writer.getField("WRITE_ALL_DATA").getLong(null);
    noTimeout = writer.getField("NO_TIMEOUT").getInt(null);
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    wrap =
        lookup
            .findVirtual(pool, "wrap", methodType(buffer, ByteBuffer.class))
            .bindTo(pools)
            .asType(methodType(Object.class, ByteBuffer.class));
    setBuffer =
        lookup
            .findVirtual(writer, "setBuffer", methodType(void.class, buffer))
            .asType(methodType(void.class, Object.class, Object.class));
    write =
        lookup
            .findVirtual(
                writer,
                "write",
                methodType(connection, long.class, callbackType, boolean.class, int.class))
            .asType(
                methodType(
                    Object.class,
                    Object.class,
                    long.class,
                    Object.class,
                    boolean.class,
                    int.class));
  }

  /**
   * Returns the framework that a connection belongs to.
   *
   * @param connection a {@code TCPConnectionContext}
   */
  static LibertyChannel of(Object connection) throws ReflectiveOperationException {
    LibertyChannel channel = found;
    if (channel == null) {
      channel = new LibertyChannel(connection.getClass().getClassLoader());
      found = channel;
    }
    return channel;
  }

  /** Wraps a listener as the callback that {@link #write} requires. */
  Object callback(WriteCallback listener) {
    return Proxy.newProxyInstance(
        callbackType.getClassLoader(),
        new Class<?>[] {callbackType},
        (proxy, method, arguments) -> onCallback(proxy, method, arguments, listener));
  }

  private static @Nullable Object onCallback(
      Object proxy, Method method, Object[] arguments, WriteCallback listener) throws IOException {
    return switch (method.getName()) {
      case "complete" -> {
        listener.onWritten(null);
        yield null;
      }
      case "error" -> {
        listener.onWritten((IOException) arguments[2]);
        yield null;
      }
      case "equals" -> proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> "the end of a write";
    };
  }

  /** Returns the framework's view of a direct buffer, which shares its position and limit. */
  Object view(ByteBuffer buffer) {
    try {
      return (Object) wrap.invokeExact(buffer);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * Writes the bytes between a buffer's position and its limit.
   *
   * @param writer a {@code TCPWriteRequestContext}
   * @return false when the peer does not accept them at once: the framework keeps the buffer until
   *     it calls back
   */
  boolean write(Object writer, Object view, Object callback) {
    try {
      setBuffer.invokeExact(writer, view);
      return (Object) write.invokeExact(writer, allData, callback, false, noTimeout) != null;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static RuntimeException unexpected(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
  }
}
