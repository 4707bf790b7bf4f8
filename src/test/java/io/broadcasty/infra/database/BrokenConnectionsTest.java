package io.broadcasty.infra.database;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.zaxxer.hikari.SQLExceptionOverride.Override;
import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokenConnectionsTest {

  @ParameterizedTest
  @CsvSource({
    "90098, MUST_EVICT", // H2 has closed itself
    "90067, MUST_EVICT", // H2's connection is broken
    "57P01, MUST_EVICT", // PostgreSQL shuts down
    "08006, CONTINUE_EVICT", // the pool knows these itself
    "23505, CONTINUE_EVICT", // a duplicate key
  })
  void evictsConnectionsThatCannotBeUsedAgain(String state, Override expected) {
    assertEquals(expected, new BrokenConnections().adjudicate(new SQLException("", state)));
  }
}
