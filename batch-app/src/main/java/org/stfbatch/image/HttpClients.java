package org.stfbatch.image;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
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
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.stfbatch.net.AddressRules;
import org.stfbatch.net.ProxySettings;

/**
 * HTTP clients: one that connects directly, to exactly the addresses that were resolved and
 * checked, and one that connects through proxies. Redirects, cookies, retries and content encodings
 * are left to the caller. Thread safe.
 */
final class HttpClients {
  private static final Timeout SILENCE = Timeout.ofSeconds(20);
  private static final TimeValue KEPT_OPEN = TimeValue.ofSeconds(30);

  private final FetchSettings settings;
  private final RequestConfig config;
  private final Pooled inside;
  private final Pooled outside;
  private final Pooled proxied;

  private record Pooled(PoolingHttpClientConnectionManager pool, CloseableHttpClient client) {}

  HttpClients(ImageLimits limits, FetchSettings settings) {
    this.settings = settings;
    this.config =
        RequestConfig.custom()
            .setResponseTimeout(silence(limits))
            .setDefaultKeepAlive(KEPT_OPEN.getDuration(), KEPT_OPEN.getTimeUnit())
            .build();
    HttpRoutePlanner direct = new DefaultRoutePlanner(null);
    this.inside = pooled(limits, new CheckedResolver(settings.addresses(), false), direct);
    this.outside = pooled(limits, new CheckedResolver(settings.addresses(), true), direct);
    this.proxied =
        pooled(limits, SystemDefaultDnsResolver.INSTANCE, new ThroughProxies(settings.proxies()));
  }

  private Pooled pooled(ImageLimits limits, DnsResolver resolver, HttpRoutePlanner planner) {
    PoolingHttpClientConnectionManager pool =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setDnsResolver(resolver)
            .setMaxConnTotal(settings.downloads())
            .setMaxConnPerRoute(settings.downloads())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(limits.connectTimeout()))
                    .setSocketTimeout(silence(limits))
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

  /** Returns the socket timeout: how long nothing may arrive. */
  private static Timeout silence(ImageLimits limits) {
    return Timeout.ofMilliseconds(
        Math.min(SILENCE.toMilliseconds(), limits.readTimeout().toMillis()));
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
   * @throws org.stfbatch.net.RefusedAddressException if the host may not be reached
   */
  ClassicHttpResponse execute(HttpGet request, URI uri, boolean fromOutside) throws IOException {
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

  void closeIdle() {
    for (Pooled one : new Pooled[] {inside, outside, proxied}) {
      one.pool().closeIdle(TimeValue.ZERO_MILLISECONDS);
    }
  }
}
