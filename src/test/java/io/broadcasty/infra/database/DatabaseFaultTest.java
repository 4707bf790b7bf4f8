package io.broadcasty.infra.database;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests how the databases' errors are classified. */
class DatabaseFaultTest {

  @ParameterizedTest
  @CsvSource({
    "UNREACHABLE, 08001, 0",
    "UNREACHABLE, 57P01, 0",
    "UNREACHABLE, 57P03, 0",
    "UNREACHABLE, 90098, 90098",
    "LOGIN, 28P01, 0",
    "LOGIN, 28000, 1045",
    "READ_ONLY, 25006, 0",
    "READ_ONLY, HY000, 1290",
    "READ_ONLY, 90097, 90097",
    "FULL, 53100, 0",
    "FULL, HY000, 1021",
    "FULL, HY000, 1114",
    "TOO_MANY_CONNECTIONS, 53300, 0",
    "TOO_MANY_CONNECTIONS, 08004, 1040",
    "RIGHTS, 42501, 0",
    "RIGHTS, 42000, 1142",
    "OTHER, 40001, 1213"
  })
  void isIdentifiedByStateAndCode(DatabaseFault fault, String state, int code) {
    SQLException inner = new SQLException("no", state, code);
    assertEquals(fault, DatabaseFault.of(inner));
    assertEquals(fault, DatabaseFault.of(new SQLException("none in time", null, 0, inner)));
  }

  @Test
  void aFullDiskIsIdentifiedByTheSystemsMessage() {
    assertEquals(
        DatabaseFault.FULL,
        DatabaseFault.of(
            new SQLException("IO", "90031", 90031, new Error("No space left on device"))));
  }
}
