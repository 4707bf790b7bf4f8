package io.broadcasty.server.stores;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.time.ManualTime;
import io.broadcasty.server.config.InvalidConfigurationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DataSourceFinderTest {

  private static final String NAME = "java:comp/env/jdbc/broadcasty";

  private final DataSource bound = new JdbcDataSource();
  private final ManualTime time = new ManualTime();
  private final List<String> asked = new ArrayList<>();

  @Test
  void findsADataSource() {
    assertSame(bound, find(name -> bound));
    assertEquals(List.of(NAME), asked);
    assertEquals(0, time.readNanos());
  }

  @Test
  void waitsForADataSourceThatStartsLaterThanTheApplication() {
    assertSame(
        bound,
        find(
            name -> {
              if (asked.size() < 5) {
                throw new NameNotFoundException(name);
              }
              return bound;
            }));
    assertEquals(5, asked.size());
  }

  @Test
  void namesTheUnknownDataSourceAfterAWhile() {
    InvalidConfigurationException fault =
        assertThrows(
            InvalidConfigurationException.class,
            () ->
                find(
                    name -> {
                      throw new NameNotFoundException("not bound");
                    }));
    assertTrue(
        fault
            .faults()
            .get(0)
            .startsWith(
                "broadcasty.db.datasource (or BROADCASTY_DB_DATASOURCE): the server has no data"
                    + " source `"
                    + NAME
                    + "`"),
        fault.getMessage());
    assertTrue(fault.faults().get(0).contains("not bound"), fault.getMessage());
    assertEquals(10, Duration.ofNanos(time.readNanos()).toSeconds());
  }

  @Test
  void retriesWhenTheLookupReturnsNull() {
    assertThrows(InvalidConfigurationException.class, () -> find(name -> null));
    assertTrue(asked.size() > 1);
  }

  @Test
  void rejectsAnotherObjectAtOnce() {
    InvalidConfigurationException fault =
        assertThrows(InvalidConfigurationException.class, () -> find(name -> "text"));
    assertTrue(
        fault.faults().get(0).contains("not bound to a javax.sql.DataSource"), fault.getMessage());
    assertEquals(1, asked.size());
  }

  private DataSource find(DataSourceFinder.JndiLookup names) {
    DataSourceFinder.JndiLookup counted =
        new DataSourceFinder.JndiLookup() {
          @Override
          public @Nullable Object lookup(String name) throws NamingException {
            asked.add(name);
            return names.lookup(name);
          }
        };
    return new DataSourceFinder(counted, time, time::advance).find(NAME);
  }
}
