package org.stfbatch.engine;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.stfbatch.model.VisionLanguageModel;

/** A real model whose sequences read their prefixes on shelves, whatever its dtype. */
final class PrefixReader {
  private PrefixReader() {}

  static VisionLanguageModel of(VisionLanguageModel model) {
    return (VisionLanguageModel)
        Proxy.newProxyInstance(
            VisionLanguageModel.class.getClassLoader(),
            new Class<?>[] {VisionLanguageModel.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("readsPrefixesFromShelves")) {
                return true;
              }
              try {
                return method.invoke(model, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
