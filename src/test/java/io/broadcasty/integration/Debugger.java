package io.broadcasty.integration;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ClassType;
import com.sun.jdi.Method;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.EventRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A debugger attached to a server's process, which causes failures that no client can cause (Java
 * Debug Interface).
 */
final class Debugger implements AutoCloseable {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long POLL_MILLIS = 1000;

  private final VirtualMachine machine;

  private Debugger(VirtualMachine machine) {
    this.machine = machine;
  }

  /** Returns the option for a process that a debugger may attach to. */
  static String jvmOption(int port) {
    return "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:" + port;
  }

  static Debugger attach(int port) throws IOException {
    AttachingConnector connector =
        Bootstrap.virtualMachineManager().attachingConnectors().stream()
            .filter(each -> each.transport().name().equals("dt_socket"))
            .findFirst()
            .orElseThrow();
    Map<String, Connector.Argument> arguments = connector.defaultArguments();
    argument(arguments, "hostname", "127.0.0.1");
    argument(arguments, "port", Integer.toString(port));
    try {
      return new Debugger(connector.attach(arguments));
    } catch (IllegalConnectorArgumentsException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void argument(
      Map<String, Connector.Argument> arguments, String name, String value) {
    Connector.Argument argument = arguments.get(name);
    if (argument == null) {
      throw new IllegalStateException("the connector has no argument " + name);
    }
    argument.setValue(value);
  }

  /**
   * Makes the next thread that enters the method run out of memory.
   *
   * @return the thread's name
   */
  String runOutOfMemoryIn(String className, String methodName) throws InterruptedException {
    BreakpointRequest request =
        machine
            .eventRequestManager()
            .createBreakpointRequest(method(className, methodName).location());
    request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
    request.addCountFilter(1);
    request.enable();
    long began = System.nanoTime();
    while (System.nanoTime() - began < PATIENCE_NANOS) {
      EventSet events = machine.eventQueue().remove(POLL_MILLIS);
      if (events == null) {
        continue;
      }
      try {
        for (Event event : events) {
          if (event instanceof BreakpointEvent reached) {
            reached.thread().stop(outOfMemory());
            return reached.thread().name();
          }
        }
      } catch (com.sun.jdi.InvalidTypeException e) {
        throw new IllegalStateException(e);
      } finally {
        events.resume();
      }
    }
    throw new AssertionError("nobody came to " + className + "." + methodName);
  }

  private Method method(String className, String methodName) {
    List<Method> methods =
        machine.classesByName(className).stream()
            .flatMap(type -> type.methodsByName(methodName).stream())
            .toList();
    if (methods.size() != 1) {
      throw new AssertionError(
          className + "." + methodName + " is there " + methods.size() + " times");
    }
    return methods.get(0);
  }

  /**
   * Returns one of the errors that the JVM preallocates, since it could not allocate one when
   * needed.
   */
  private ObjectReference outOfMemory() {
    ClassType type = (ClassType) machine.classesByName("java.lang.OutOfMemoryError").get(0);
    return type.instances(1).get(0);
  }

  /** Detaches; the process continues. */
  @Override
  public void close() {
    machine.dispose();
  }
}
