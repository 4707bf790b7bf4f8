package io.broadcasty.cdi;

import java.util.Hashtable;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;
import javax.sql.DataSource;

/** The names of a server, of which there are two. */
public final class FakeNaming implements InitialContextFactory {

  /** What is found; null for a server without transactions. */
  static volatile FakeRegistry registry;

  /** The default data source; null for none. */
  static volatile DataSource dataSource;

  /** Called by JNDI. */
  public FakeNaming() {}

  @Override
  public Context getInitialContext(Hashtable<?, ?> environment) throws NamingException {
    return new InitialContext(true) {
      @Override
      public Object lookup(String name) throws NamingException {
        if (dataSource != null && name.equals("java:comp/DefaultDataSource")) {
          return dataSource;
        }
        if (registry == null || !name.equals("java:comp/TransactionSynchronizationRegistry")) {
          throw new NameNotFoundException(name);
        }
        return registry;
      }
    };
  }
}
