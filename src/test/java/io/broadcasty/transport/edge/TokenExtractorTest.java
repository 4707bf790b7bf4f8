package io.broadcasty.transport.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenExtractorTest {

  @ParameterizedTest(name = "{0} | {1} | {2} | stream {3}: {4}")
  @CsvSource(
      nullValues = "-",
      value = {
        // Authorization Sec-WebSocket-Protocol query stream token
        "-,                        -,                            -,                   false, -",
        "-,                        -,                            -,                   true,  -",
        "Bearer a.b.c,             -,                            -,                   false, a.b.c",
        "bearer a.b.c,             -,                            -,                   true,  a.b.c",
        "'Bearer   a.b.c ',        -,                            -,                   true,  a.b.c",
        // another scheme is for somebody in front of this server
        "Basic eA==,               -,                            access_token=q,      true,  q",
        "Basic eA==,               'broadcasty.v1, bearer.w',    -,                   true,  w",
        "Basic eA==,               -,                            -,                   true,  -",
        "Basic eA==,               -,                            access_token=q,      false, -",
        "'Digest a=\"b\", c=d',     -,                            access_token=q,      true,  q",
        "Negotiate YII=,           -,                            access_token=q,      true,  q",
        "Basic eA==|Bearer h,      -,                            access_token=q,      true,  h",
        "'Basic eA==, Bearer h',   -,                            access_token=q,      false, h",
        "a.b.c,                    -,                            access_token=q,      true,  a.b.c",
        "Bearer,                   -,                            access_token=q,      true, "
            + " Bearer",
        // a token in the URL of a publish would appear in the logs of every proxy
        "-,                        -,                            access_token=q,      false, -",
        "-,                        'broadcasty.v1, bearer.w',    -,                   false, -",
        // streams in browsers
        "-,                        -,                            access_token=q,      true,  q",
        "-,                        -,                            channel=a&access_token=q&x=1,"
            + " true, q",
        "-,                        -,                            access_token=a%2Eb,  true,  a.b",
        "-,                        -,                            access_token=,       true,  -",
        "-,                        -,                            access_token,        true,  -",
        "-,                        -,                            xaccess_token=q,     true,  -",
        "-,                        -,                            access_token=%zz,    true,  not"
            + " decodable",
        "-,                        'broadcasty.v1, bearer.w',    -,                   true,  w",
        "-,                        'bearer.w,broadcasty.v1',     access_token=q,      true,  w",
        "-,                        broadcasty.v1,                access_token=q,      true,  q",
        "-,                        'broadcasty.v1, bearer.',     access_token=q,      true,  q",
        "-,                        'broadcasty.v1|bearer.w',     access_token=q,      true,  w",
        "Bearer h,                 'broadcasty.v1, bearer.w',    access_token=q,      true,  h",
      })
  void finds(
      String authorization, String subprotocols, String query, boolean stream, String token) {
    HttpServletRequest request = request(authorization, subprotocols, query);
    String found = TokenExtractor.inHeaders(request, stream);
    if (found == null && stream) {
      found = TokenExtractor.inQuery(request, "access_token");
    }
    assertEquals(token, found);
  }

  /** Returns the lines of a header, which are separated by {@code |}. */
  @NullUnmarked
  private static List<String> lines(Object name, String authorization, String subprotocols) {
    String lines = name.equals("Authorization") ? authorization : subprotocols;
    return lines == null ? List.of() : List.of(lines.split("\\|", -1));
  }

  @NullUnmarked
  private static String first(List<String> lines) {
    return lines.isEmpty() ? null : lines.get(0);
  }

  /** Returns a request with a query and two headers. */
  @NullUnmarked
  private static HttpServletRequest request(
      String authorization, String subprotocols, String query) {
    return (HttpServletRequest)
        Proxy.newProxyInstance(
            TokenExtractorTest.class.getClassLoader(),
            new Class<?>[] {HttpServletRequest.class},
            (proxy, method, args) ->
                switch (method.getName()) {
                  case "getQueryString" -> query;
                  case "getHeader" -> first(lines(args[0], authorization, subprotocols));
                  case "getHeaders" ->
                      Collections.enumeration(lines(args[0], authorization, subprotocols));
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
