package org.stfbatch.net;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.routing.HttpRoutePlanner;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * HTTP clients: one that connects directly, to exactly the addresses that were resolved and
 * checked, and one that connects through proxies. Redirects, cookies, retries and content encodings
 * are left to the caller. Thread safe.
 */
public final class HttpClients implements AutoCloseable {
  private static final TimeValue KEPT_OPEN = TimeValue.ofSeconds(30);

  private final Settings settings;
  private final RequestConfig config;
  private final Pooled inside;
  private final Pooled outside;
  private final Pooled proxied;

  /**
   * Settings of connections.
   *
   * @param connectTimeout for opening one connection
   * @param silence how long nothing may arrive on a connection
   * @param connections the most connections, in total and to one host
   * @param addresses which hosts may be reached
   * @param proxies proxies of the requests
   */
  public record Settings(
      Duration connectTimeout,
      Duration silence,
      int connections,
      AddressRules addresses,
      ProxySettings proxies) {
    public Settings {
      requireNonNull(connectTimeout, "connectTimeout is null");
      requireNonNull(silence, "silence is null");
      requireNonNull(addresses, "addresses is null");
      requireNonNull(proxies, "proxies is null");
    }
  }

  private record Pooled(PoolingHttpClientConnectionManager pool, CloseableHttpClient client) {}

  /** Creates clients; they connect with the first request. */
  public HttpClients(Settings settings) {
    this.settings = settings;
    this.config =
        RequestConfig.custom()
            .setResponseTimeout(Timeout.of(settings.silence()))
            .setDefaultKeepAlive(KEPT_OPEN.getDuration(), KEPT_OPEN.getTimeUnit())
            .build();
    HttpRoutePlanner direct = new DefaultRoutePlanner(null);
    this.inside = pooled(new CheckedResolver(settings.addresses(), false), direct);
    this.outside = pooled(new CheckedResolver(settings.addresses(), true), direct);
    this.proxied =
        pooled(SystemDefaultDnsResolver.INSTANCE, new ThroughProxies(settings.proxies()));
  }

  private Pooled pooled(DnsResolver resolver, HttpRoutePlanner planner) {
    PoolingHttpClientConnectionManager pool =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setDnsResolver(resolver)
            .setMaxConnTotal(settings.connections())
            .setMaxConnPerRoute(settings.connections())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(settings.connectTimeout()))
                    .setSocketTimeout(Timeout.of(settings.silence()))
                    .setTimeToLive(TimeValue.ofMinutes(5))
                    .build())
            .build();
    CloseableHttpClient client =
        HttpClientBuilder.create()
            .setConnectionManager(pool)
            .setRoutePlanner(planner)
            .setUserAgent("stf-batch")
            .setDefaultRequestConfig(config)
            .disableRedirectHandling()
            .disableContentCompression()
            .disableCookieManagement()
            .disableAutomaticRetries()
            .build();
    return new Pooled(pool, client);
  }

  /** Routes requests to the proxies of their targets. */
  private static final class ThroughProxies extends DefaultRoutePlanner {
    private final ProxySettings proxies;

    ThroughProxies(ProxySettings proxies) {
      super(null);
      this.proxies = proxies;
    }

    @Override
    protected HttpHost determineProxy(HttpHost target, HttpContext context) {
      return proxies.of(URI.create(target.toURI())).map(HttpClients::host).orElse(null);
    }
  }

  /** Resolves names and refuses addresses that the rules forbid. */
  private static final class CheckedResolver implements DnsResolver {
    private final AddressRules rules;
    private final boolean fromOutside;

    CheckedResolver(AddressRules rules, boolean fromOutside) {
      this.rules = rules;
      this.fromOutside = fromOutside;
    }

    @Override
    public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
      // Java does not parse every notation of an address, and would report an unknown host.
      rules.checkUnresolved(host, port, fromOutside);
      InetAddress[] addresses = SystemDefaultDnsResolver.INSTANCE.resolve(host);
      for (InetAddress address : addresses) {
        rules.check(host, port, address, fromOutside);
      }
      return Stream.of(addresses).map(address -> new InetSocketAddress(address, port)).toList();
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
      throw new UnknownHostException(host + " is not looked up without its port");
    }

    @Override
    public String resolveCanonicalHostname(String host) throws UnknownHostException {
      return SystemDefaultDnsResolver.INSTANCE.resolveCanonicalHostname(host);
    }
  }

  /**
   * @param uri the request's address, with a host
   * @param fromOutside whether the host was named by a Kafka message or a trigger, not by this
   *     machine's user
   * @return the response, which the caller closes
   * @throws RefusedAddressException if the host may not be reached
   */
  public ClassicHttpResponse execute(HttpGet request, URI uri, boolean fromOutside)
      throws IOException {
    HttpHost target = target(uri);
    Optional<ProxySettings.Proxy> proxy = settings.proxies().of(uri);
    if (proxy.isEmpty()) {
      Pooled direct = fromOutside ? outside : inside;
      return direct.client().executeOpen(target, request, HttpClientContext.create());
    }
    settings.addresses().checkUnresolved(target.getHostName(), target.getPort(), fromOutside);
    return proxied.client().executeOpen(target, request, context(proxy.get()));
  }

  private static HttpHost target(URI uri) {
    boolean secure = "https".equalsIgnoreCase(uri.getScheme());
    int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
    return new HttpHost(secure ? "https" : "http", uri.getHost().replaceAll("[\\[\\]]", ""), port);
  }

  private static HttpHost host(ProxySettings.Proxy proxy) {
    return new HttpHost("http", proxy.host(), proxy.port());
  }

  private static HttpClientContext context(ProxySettings.Proxy proxy) {
    HttpClientContext context = HttpClientContext.create();
    proxy
        .user()
        .ifPresent(
            user -> {
              BasicCredentialsProvider logins = new BasicCredentialsProvider();
              logins.setCredentials(
                  new AuthScope(host(proxy)),
                  new UsernamePasswordCredentials(user, proxy.password().toCharArray()));
              context.setCredentialsProvider(logins);
            });
    return context;
  }

  /** Closes connections that no request uses. */
  public void closeIdle() {
    for (Pooled one : all()) {
      one.pool().closeIdle(TimeValue.ZERO_MILLISECONDS);
    }
  }

  /** Returns how many connections requests use now. */
  public int leased() {
    return Stream.of(all()).mapToInt(one -> one.pool().getTotalStats().getLeased()).sum();
  }

  /** Closes all connections; requests under way fail. */
  @Override
  public void close() {
    for (Pooled one : all()) {
      one.client().close(CloseMode.IMMEDIATE);
    }
  }

  private Pooled[] all() {
    return new Pooled[] {inside, outside, proxied};
  }
}
