package org.stfbatch.kafka.embedded;

import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.ScramCredentialCallback;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;

/**
 * Knows the user of the listener's JAAS entry, and no other. Runs within the broker, which makes
 * one for each listener.
 *
 * <p>The broker's own store of users is not asked: it can be written to only by who is logged in,
 * and the listener of controllers cannot use it.
 */
public final class OneUser implements AuthenticateCallbackHandler {

  private static final int ITERATIONS = 4096;

  private String user;
  private ScramCredential credential;

  @Override
  public void configure(
      Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> jaasEntries) {
    Map<String, ?> options = jaasEntries.get(0).getOptions();
    user = (String) options.get("username");
    try {
      credential =
          new ScramFormatter(ScramMechanism.forMechanismName(mechanism))
              .generateCredential((String) options.get("password"), ITERATIONS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-512", e);
    }
  }

  @Override
  public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
    String name = null;
    for (Callback callback : callbacks) {
      if (callback instanceof NameCallback asked) {
        name = asked.getDefaultName();
      } else if (callback instanceof ScramCredentialCallback asked) {
        asked.scramCredential(user.equals(name) ? credential : null);
      } else {
        throw new UnsupportedCallbackException(callback);
      }
    }
  }

  @Override
  public void close() {
    // Holds nothing open.
  }
}
