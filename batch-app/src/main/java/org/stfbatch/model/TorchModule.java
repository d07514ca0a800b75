package org.stfbatch.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A loaded TorchScript module whose methods are called with Java values. Used only by the thread
 * that loaded it.
 *
 * <p>Every call has its own tensor scope, closed when the call returns: only tensors that the
 * module keeps and data that the caller copied outlive it.
 */
final class TorchModule implements AutoCloseable {
  private static final String REASON = "RuntimeError: ";

  /** Prefix of an input's name that selects the method to be called. */
  private static final String METHOD_INPUT = "module_method:";

  private final PtNDManager manager;
  private final PtSymbolBlock block;
  private final Optional<CallRecording> recording;

  private TorchModule(PtNDManager manager, PtSymbolBlock block, Optional<CallRecording> recording) {
    this.manager = manager;
    this.block = block;
    this.recording = recording;
  }

  /** Loads an archive. Its calls are recorded if the system properties ask for it. */
  static TorchModule load(byte[] archive) {
    Optional<CallRecording> recording = CallRecording.wanted(archive);
    try {
      return load(archive, recording);
    } catch (RuntimeException e) {
      recording.ifPresent(CallRecording::close);
      throw e;
    }
  }

  /**
   * Loads an archive.
   *
   * @param recording of all calls of {@link #call}; the module closes it
   */
  static TorchModule load(byte[] archive, Optional<CallRecording> recording) {
    PtNDManager manager = (PtNDManager) Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
    try (NativeCalls.Call call = NativeCalls.begin();
        ByteArrayInputStream in = new ByteArrayInputStream(archive)) {
      // Batch shapes change at every step; the profiling executor would specialise for each of them
      // again.
      JniUtils.setGraphExecutorOptimize(false);
      return new TorchModule(manager, JniUtils.loadModule(manager, in, false, false), recording);
    } catch (IOException e) {
      manager.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** Calls a method and ignores its result. */
  void call(String method, Object... arguments) {
    call(method, (scope, result) -> null, arguments);
  }

  /**
   * Calls a method and reads its result inside the call's tensor scope.
   *
   * @param arguments long, int, double, boolean, String, long[] (a list of ints) or {@link Tensor}
   * @throws ModelException if the method fails
   */
  <T> T call(String method, BiFunction<Scope, IValue, T> reader, Object... arguments) {
    try (NativeCalls.Call call = NativeCalls.begin();
        Scope scope = new Scope(manager.newSubManager(Device.cpu()))) {
      IValue[] values = new IValue[arguments.length];
      try {
        for (int i = 0; i < values.length; i++) {
          values[i] = scope.value(arguments[i]);
        }
        try (IValue result = IValueUtils.runMethod(block, method, values)) {
          recording.ifPresent(calls -> calls.add(method, arguments, scope, result));
          return reader.apply(scope, result);
        }
      } catch (EngineException e) {
        throw translated(e);
      } finally {
        closeAll(values);
      }
    }
  }

  /**
   * Calls a method outside inference mode, so that its tensors can be used by autograd.
   *
   * @return the only element of the returned tensor
   * @throws ModelException if the method fails
   */
  double callForTraining(String method, Tensor... arguments) {
    try (NativeCalls.Call call = NativeCalls.begin();
        Scope scope = new Scope(manager.newSubManager(Device.cpu()))) {
      return scope.record(block, method, arguments).toType(DataType.FLOAT64, false).getDouble();
    } catch (EngineException e) {
      throw translated(e);
    }
  }

  /**
   * Calls a method that returns a loss, and adds the loss's gradients, scaled by {@code share}, to
   * those of the trained tensors. Only one thread of the process may execute this at a time.
   *
   * @return the loss, a single float32
   * @throws ModelException if the method fails
   */
  float callWithGradients(double share, String method, Tensor... arguments) {
    try (NativeCalls.Call call = NativeCalls.begin();
        Scope scope = new Scope(manager.newSubManager(Device.cpu()));
        GradientCollector collector = manager.getEngine().newGradientCollector()) {
      NDArray loss = scope.record(block, method, arguments);
      collector.backward(loss.mul((float) share));
      return loss.getFloat();
    } catch (EngineException e) {
      throw translated(e);
    }
  }

  private static ModelException translated(EngineException e) {
    String message = reason(String.valueOf(e.getMessage()));
    String lower = message.toLowerCase(Locale.ROOT);
    boolean outOfMemory =
        lower.contains("out of memory") || lower.contains("can't allocate memory");
    return outOfMemory
        ? new OutOfDeviceMemoryException(message, e)
        : new ModelException(message, e);
  }

  /**
   * Extracts the reason, which is the last part of the interpreter's message, after a traceback
   * through the sources and this exception name.
   */
  private static String reason(String message) {
    int at = message.lastIndexOf(REASON);
    return at < 0 ? message : message.substring(at + REASON.length()).strip();
  }

  private static void closeAll(IValue[] values) {
    for (IValue value : values) {
      if (value != null) {
        value.close();
      }
    }
  }

  @Override
  public void close() {
    block.close();
    manager.close();
    recording.ifPresent(CallRecording::close);
  }

  /**
   * A tensor argument: {@code data} is little-endian and direct, and must stay unchanged during the
   * call.
   */
  record Tensor(ByteBuffer data, DataType type, long... shape) {
    static Tensor int64(int[][] rows) {
      int columns = rows.length == 0 ? 0 : rows[0].length;
      ByteBuffer data = allocate(Long.BYTES * (long) rows.length * columns);
      for (int[] row : rows) {
        for (int value : row) {
          data.putLong(value);
        }
      }
      return new Tensor(data.flip(), DataType.INT64, rows.length, columns);
    }

    static Tensor int64(int[] values) {
      ByteBuffer data = allocate(Long.BYTES * (long) values.length);
      for (int value : values) {
        data.putLong(value);
      }
      return new Tensor(data.flip(), DataType.INT64, values.length);
    }

    static Tensor int64(long[] values) {
      ByteBuffer data = allocate(Long.BYTES * (long) values.length);
      data.asLongBuffer().put(values);
      return new Tensor(data, DataType.INT64, values.length);
    }

    static Tensor float32(float[] values, long... shape) {
      ByteBuffer data = allocate(Float.BYTES * (long) values.length);
      data.asFloatBuffer().put(values);
      return new Tensor(data, DataType.FLOAT32, shape);
    }

    static ByteBuffer allocate(long bytes) {
      return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** The tensors of one call. */
  static final class Scope implements AutoCloseable {
    private final PtNDManager manager;

    private Scope(PtNDManager manager) {
      this.manager = manager;
    }

    private IValue value(Object argument) {
      if (argument instanceof Tensor tensor) {
        return IValue.from(array(tensor));
      } else if (argument instanceof long[] list) {
        return IValue.listFrom(list);
      } else if (argument instanceof String text) {
        return IValue.from(text);
      } else if (argument instanceof Boolean flag) {
        return IValue.from(flag);
      } else if (argument instanceof Double number) {
        return IValue.from(number);
      } else if (argument instanceof Number number) {
        return IValue.from(number.longValue());
      }
      throw new IllegalArgumentException("no TorchScript value for " + argument);
    }

    /** Runs a method of tensors to a tensor outside inference mode. */
    private NDArray record(PtSymbolBlock block, String method, Tensor... arguments) {
      NDList inputs = new NDList();
      for (Tensor argument : arguments) {
        inputs.add(array(argument));
      }
      NDArray name = manager.create(0);
      name.setName(METHOD_INPUT + method);
      inputs.add(name);
      return IValueUtils.forward(block, inputs, true).singletonOrThrow();
    }

    private PtNDArray array(Tensor tensor) {
      return manager.create(tensor.data(), new Shape(tensor.shape()), tensor.type());
    }

    float[] floats(IValue tensor) {
      return array(tensor).toFloatArray();
    }

    PtNDArray array(IValue tensor) {
      return tensor.toTensor(manager);
    }

    @Override
    public void close() {
      manager.close();
    }
  }
}
