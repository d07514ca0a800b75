package org.stfbatch.kafka.embedded;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.stfbatch.kafka.BrokerException;

/** Asks a broker whether it has come up. */
final class BrokerProbe {

  private static final String LIMIT_MS = "3000";

  private BrokerProbe() {}

  /** Whether it answers, and counts itself among the cluster's nodes. */
  static boolean answers(String address, Login login) {
    Map<String, Object> properties = new HashMap<>(login.clientProperties());
    properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, address);
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, LIMIT_MS);
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, LIMIT_MS);
    properties.put(AdminClientConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
    Admin admin = Admin.create(properties);
    try {
      return !admin.describeCluster().nodes().get().isEmpty();
    } catch (ExecutionException e) {
      // It is still on its way, or it ended.
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted while waiting for the embedded broker", e);
    } finally {
      admin.close(Duration.ZERO);
    }
  }

  static String randomClusterId() {
    return Uuid.randomUuid().toString();
  }
}
