package org.stfbatch.engine;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.stfbatch.model.VisionLanguageModel;

/** A real model with some methods replaced. */
final class ModelProxy {
  private ModelProxy() {}

  /** Handles a call in place of the model. */
  @FunctionalInterface
  interface Handler {
    Object call(Method method, Object[] arguments) throws Throwable;
  }

  static VisionLanguageModel of(Handler handler) {
    return (VisionLanguageModel)
        Proxy.newProxyInstance(
            VisionLanguageModel.class.getClassLoader(),
            new Class<?>[] {VisionLanguageModel.class},
            (proxy, method, arguments) -> handler.call(method, arguments));
  }

  /** Calls the real model. */
  static Object call(VisionLanguageModel model, Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(model, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
