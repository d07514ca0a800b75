package org.stfbatch.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.model.checkpoint.StateDictPickle.TensorView;

class StateDictPickleTest {

  private static final long[] SIZE = {2, 3};
  private static final long[] STRIDE = {3, 1};

  @Test
  void readsADictionaryOfTensors() throws IOException {
    byte[] pickle =
        Pickle.start()
            .raw('}', 'q', 0, '(')
            .text("a.weight")
            .tensor("7", 10, 4, SIZE, STRIDE)
            .raw('u')
            .stop();

    assertThat(StateDictPickle.read(pickle))
        .containsExactly(
            Map.entry(
                "a.weight",
                new TensorView("7", DType.FLOAT32, 10, 4, List.of(2L, 3L), List.of(3L, 1L))));
  }

  @Test
  void readsAModulesStateDictWithParametersAndVersions() throws IOException {
    byte[] pickle =
        Pickle.start()
            .global("collections", "OrderedDict")
            .raw(')', 'R')
            .text("b")
            .global("torch._utils", "_rebuild_parameter")
            .raw('(')
            .tensor("BFloat16Storage", "k", 6, 0, SIZE, STRIDE)
            .raw(0x88)
            .global("collections", "OrderedDict")
            .raw(')', 'R', 't', 'R', 's')
            .raw('}')
            .text("_metadata")
            .global("collections", "OrderedDict")
            .raw(')', 'R', 's', 'b')
            .stop();

    assertThat(StateDictPickle.read(pickle))
        .containsOnlyKeys("b")
        .extractingByKey("b")
        .extracting(TensorView::dtype)
        .isEqualTo(DType.BFLOAT16);
  }

  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, system",
    "builtins, eval",
    "__builtin__, exec",
    "subprocess, Popen",
    "torch._utils, _rebuild_qtensor",
    "torch, QInt8Storage",
    "torch.storage, _load_from_bytes",
    "torch, load",
    "torch.jit, load",
    "numpy.core.multiarray, _reconstruct",
    "collections, defaultdict",
    "_codecs, encode"
  })
  void refusesEveryOtherGlobalByName(String module, String name) {
    assertRefused(
            Pickle.start().global(module, name).raw('(').text("touch /tmp/x").raw('t', 'R').stop())
        .hasMessageContaining("'" + module + "." + name + "'")
        .hasMessageContaining("refused");
  }

  @Test
  void refusesAGlobalThatIsOnlyNamed() {
    assertRefused(Pickle.start().global("os", "system").stop()).hasMessageContaining("os.system");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        'i', 'o', 0x81, 0x92, 0x93, 0x82, 0x83, 0x84, 'P', 'S', 'T', 'U', 'V', 'B', 'C', 'I', 'L',
        'F', 'G', ']', 'a', 'e', 'd', 'l', 'p', 'g', '0', '1', '2', 0x8B, 0x8C, 0x8D, 0x8E, 0x94,
        0x95, 0x97, 0xFF, 0
      })
  void refusesEveryOtherOpcodeByNumber(int opcode) {
    assertRefused(Pickle.start().raw('}', opcode).ascii("os\nsystem\n").stop())
        .hasMessageContaining("0x%02X".formatted(opcode));
  }

  @Test
  void refusesToSetTheStateOfAnything() {
    byte[] ofTensor =
        Pickle.start().tensor("0", 6, 0, SIZE, STRIDE).raw('}').text("x").raw('N', 's', 'b').stop();
    byte[] ofGlobal =
        Pickle.start().global("torch._utils", "_rebuild_tensor_v2").raw('}', 'b').stop();

    assertRefused(ofTensor).hasMessageContaining("BUILD");
    assertRefused(ofGlobal).hasMessageContaining("BUILD");
    assertRefused(Pickle.start().raw('}', '}', 'b').stop()).hasMessageContaining("BUILD");
  }

  @Test
  void refusesToCallAnythingButTheNamedFunctions() {
    assertRefused(Pickle.start().global("torch", "FloatStorage").raw(')', 'R').stop())
        .hasMessageContaining("torch.FloatStorage");
    assertRefused(Pickle.start().text("os.system").raw(')', 'R').stop())
        .hasMessageContaining("no function");
    assertRefused(Pickle.start().global("collections", "OrderedDict").raw('}', 'R').stop())
        .hasMessageContaining("no function");
  }

  @Test
  void refusesPersistentIdsThatAreNoStorage() {
    assertRefused(Pickle.start().text("module").raw('Q').stop()).hasMessageContaining("storage");
    assertRefused(
            Pickle.start()
                .raw('(')
                .text("storage")
                .global("collections", "OrderedDict")
                .text("0")
                .text("cpu")
                .number(1)
                .raw('t', 'Q')
                .stop())
        .hasMessageContaining("storage");
  }

  @Test
  void refusesEntriesThatAreNoTensors() {
    assertRefused(Pickle.start().raw('}').text("epoch").number(3).raw('s').stop())
        .hasMessageContaining("'epoch'");
    assertRefused(Pickle.start().raw('}').number(3).number(3).raw('s').stop())
        .hasMessageContaining("key");
    assertRefused(Pickle.start().number(3).stop()).hasMessageContaining("no dictionary");
  }

  @Test
  void refusesTensorsOfAnotherForm() {
    Pickle call = Pickle.start().global("torch._utils", "_rebuild_tensor_v2");

    assertRefused(call.numbers(1, 2, 3, 4, 5, 6).raw('R').stop())
        .hasMessageContaining("unknown form");
  }

  @Test
  void aMemoBombEndsEarly() {
    Pickle manyKept = Pickle.start().raw('}');
    for (int i = 0; i < 300_000; i++) {
      manyKept.raw('r').int32(i * 7919);
    }
    Pickle manyValues = Pickle.start();
    for (int i = 0; i < 300_000; i++) {
      manyValues.raw('}');
    }

    assertRefused(manyKept.stop()).hasMessageContaining("more values");
    assertRefused(manyValues.stop()).hasMessageContaining("more values");
  }

  @Test
  void aTupleOfTuplesOfItselfCostsNothing() {
    Pickle doubling = Pickle.start().raw(')');
    for (int i = 0; i < 10_000; i++) {
      doubling.raw('q', 0, 'h', 0, 0x86);
    }

    assertRefused(doubling.stop()).hasMessageContaining("no dictionary");
  }

  @Test
  void deepNestingEndsEarly() {
    Pickle nested = Pickle.start();
    for (int i = 0; i < 100_000; i++) {
      nested.raw('(');
    }

    assertRefused(nested.stop()).hasMessageContaining("nested");
  }

  @Test
  void textsAndNumbersCannotClaimMoreThanThereIs() {
    assertRefused(Pickle.start().raw('X').int32(Integer.MAX_VALUE).stop())
        .hasMessageContaining("cut off");
    assertRefused(Pickle.start().raw('X').int32(-1).stop()).hasMessageContaining("cut off");
    assertRefused(Pickle.start().raw(0x8A, 200).stop()).hasMessageContaining("200 bytes");
    assertRefused(Pickle.start().ascii("c" + "a".repeat(100_000)).stop())
        .hasMessageContaining("does not end");
  }

  @Test
  void anotherProtocolIsRefused() {
    assertRefused(new Pickle().raw(0x80, 4, '}').stop()).hasMessageContaining("protocol 4");
  }

  @Test
  void everyPrefixOfAPickleIsRefusedCleanly() {
    byte[] whole =
        Pickle.start().raw('}', '(').text("a").tensor("0", 6, 0, SIZE, STRIDE).raw('u').stop();
    for (int length = 0; length < whole.length; length++) {
      assertRefused(Arrays.copyOf(whole, length));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"t", "u", "s", "R", "Q", "b", "q\0", "h\0", "\u0086", "."})
  void opcodesWithoutTheirValuesAreRefusedCleanly(String opcodes) {
    Pickle pickle = Pickle.start();
    opcodes.chars().forEach(pickle::raw);

    assertRefused(pickle.stop());
  }

  private static AbstractThrowableAssert<?, ?> assertRefused(byte[] pickle) {
    return assertThatThrownBy(() -> StateDictPickle.read(pickle))
        .isInstanceOf(MalformedFileException.class);
  }
}
