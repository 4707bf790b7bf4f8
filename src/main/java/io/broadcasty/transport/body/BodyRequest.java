package io.broadcasty.transport.body;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request with a body, from which nothing can be read but what {@link RequestBodies} has read:
 * nothing at first. Parameters are those of the query, since the server would read a form from the
 * client, which blocks.
 */
public final class BodyRequest extends HttpServletRequestWrapper {

  private static final String ATTRIBUTE = "broadcasty.body";
  private static final byte[] NOTHING = new byte[0];

  private volatile byte[] body = NOTHING;
  private volatile boolean whole;
  private boolean closing;
  private byte[] begun = NOTHING;
  private @Nullable Map<String, String[]> parameters;

  BodyRequest(HttpServletRequest request) {
    super(request);
    request.setAttribute(ATTRIBUTE, this);
  }

  /** Returns the wrapper of a request with a body; null for a request without one. */
  static @Nullable BodyRequest of(ServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof BodyRequest found ? found : null;
  }

  /** Returns the body of a request; empty when it has none, or when it was not to be read. */
  public static byte[] bytes(ServletRequest request) {
    BodyRequest found = of(request);
    return found == null ? NOTHING : found.body;
  }

  /** Sets the first bytes of the body, perhaps all. */
  void setBegun(byte[] bytes) {
    if (bytes.length == getContentLengthLong()) {
      setBody(bytes);
    } else {
      begun = bytes;
    }
  }

  /** Returns the first bytes, which the caller continues. */
  byte[] takeBegun() {
    byte[] taken = begun;
    begun = NOTHING;
    return taken;
  }

  void setBody(byte[] bytes) {
    body = bytes;
    whole = true;
  }

  /** Returns whether the body was read to its end. */
  boolean isWhole() {
    return whole;
  }

  /** Notes that the answer says that the connection is not used again. */
  void setClosing() {
    closing = true;
  }

  boolean isClosing() {
    return closing;
  }

  /** Returns the server's own stream of the body. */
  ServletInputStream clientStream() throws IOException {
    return super.getInputStream();
  }

  @Override
  public ServletInputStream getInputStream() {
    return new BytesInput(body);
  }

  @Override
  public BufferedReader getReader() {
    return new BufferedReader(
        new InputStreamReader(new ByteArrayInputStream(body), StandardCharsets.UTF_8));
  }

  @Override
  public @Nullable String getParameter(String name) {
    String[] values = getParameterMap().get(name);
    return values == null ? null : values[0];
  }

  @Override
  public String @Nullable [] getParameterValues(String name) {
    String[] values = getParameterMap().get(name);
    return values == null ? null : values.clone();
  }

  @Override
  public Enumeration<String> getParameterNames() {
    return Collections.enumeration(getParameterMap().keySet());
  }

  @Override
  public Map<String, String[]> getParameterMap() {
    Map<String, String[]> known = parameters;
    if (known == null) {
      known = Collections.unmodifiableMap(parse(getQueryString()));
      parameters = known;
    }
    return known;
  }

  private static Map<String, String[]> parse(@Nullable String query) {
    Map<String, String[]> parsed = new LinkedHashMap<>();
    if (query == null) {
      return parsed;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
      if (!name.isEmpty()) {
        parsed.merge(name, new String[] {value}, BodyRequest::concat);
      }
    }
    return parsed;
  }

  private static String[] concat(String[] first, String[] second) {
    String[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text; // as it is written: no name or value that means anything
    }
  }

  /** Serves bytes that are in memory. */
  private static final class BytesInput extends ServletInputStream {

    private final ByteArrayInputStream bytes;

    BytesInput(byte[] body) {
      bytes = new ByteArrayInputStream(body);
    }

    @Override
    public int read() {
      return bytes.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      return bytes.read(into, offset, length);
    }

    @Override
    public int available() {
      return bytes.available();
    }

    @Override
    public boolean isFinished() {
      return bytes.available() == 0;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      try {
        if (!isFinished()) {
          listener.onDataAvailable();
        }
        listener.onAllDataRead();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
