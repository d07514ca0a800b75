package org.stfbatch.cli;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.stream.Stream;
import org.stfbatch.cli.console.Log;
import org.stfbatch.cli.service.Brokers;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Creates commands with their dependencies: database, broker, log and shutdown. */
final class CommandFactory implements IFactory {
  private final Map<Class<?>, Object> services;

  CommandFactory(StfBatchCommand root, Shutdown shutdown) {
    services =
        Map.of(
            Stores.class, root.stores(),
            Brokers.class, root.brokers(),
            Log.class, root.log(),
            Shutdown.class, shutdown);
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      Class<?>[] wanted = constructor.getParameterTypes();
      if (wanted.length > 0 && Stream.of(wanted).allMatch(services::containsKey)) {
        return type.cast(made(constructor, Stream.of(wanted).map(services::get).toArray()));
      }
    }
    return CommandLine.defaultFactory().create(type);
  }

  private static Object made(Constructor<?> constructor, Object[] arguments) throws Exception {
    constructor.setAccessible(true);
    try {
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
