package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stfbatch.base.ExponentialBackoff;

/** With a clock that the tests move. */
class AvailabilityTest {
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  private final List<String> notices = new ArrayList<>();
  private long now = Long.MAX_VALUE - 1000;
  private final Availability availability = available(PATIENCE);

  private Availability available(Duration patience) {
    ExponentialBackoff backoff =
        new ExponentialBackoff(Duration.ofSeconds(1), Duration.ofMinutes(1), () -> 0);
    return new Availability(4, patience, backoff, () -> now, notices::add);
  }

  @Test
  void anImageThatAloneKeepsFailingIsGivenUpAfterItsTries() {
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      availability.answered(image("other" + i));
      assertThat(availability.failed(image("a"), broken())).isEmpty();
      pauses.add(secondsUntilAdmitted(image("a")));
      assertThat(availability.admits(image("b"))).isTrue();
    }
    assertThat(pauses).containsExactly(1L, 2L, 4L);
    availability.answered(image("other"));
    assertThat(availability.failed(image("a"), broken()).orElseThrow()).hasMessage("no (tried 4x)");
    assertThat(notices).isEmpty();
    assertThat(availability.putOffs()).isEqualTo(3);
  }

  @Test
  void aHostThatFailsEverythingIsLeftAloneButForProbesAndItsImagesKeepTheirTries() {
    fail("a", "b", "c");
    assertThat(availability.admits(image("d"))).isFalse();
    assertThat(availability.admits(at("http://other.example/d"))).isTrue();
    assertThat(notices).isEmpty();
    for (int i = 0; i < 20; i++) {
      pass(Duration.ofMinutes(1));
      List<ImageSource> probes = new ArrayList<>();
      for (int j = 0; j < 20; j++) {
        ImageSource probe = image("probe" + i + "-" + j);
        if (availability.admits(probe)) {
          probes.add(probe);
        }
      }
      assertThat(probes).as("probes of round %d", i).hasSize(Math.min(8, 1 << i));
      for (ImageSource probe : probes) {
        assertThat(availability.failed(probe, broken())).isEmpty();
      }
      assertThat(availability.admits(image("d"))).isFalse();
    }
    assertThat(notices).hasSize(1);
    assertThat(notices.get(0)).contains("http://images.example:81", "30 min", "other jobs go on");

    pass(Duration.ofMinutes(1));
    assertThat(availability.admits(image("d"))).isTrue();
    availability.answered(image("d"));
    assertThat(notices).hasSize(2);
    assertThat(notices.get(1)).contains("arrive again after 21 min");
    for (String one : List.of("a", "b", "c", "probe19-7", "new")) {
      assertThat(availability.admits(image(one))).as(one).isTrue();
    }
  }

  @Test
  void oneImageThatIsPoisonDoesNotKeepItsHostAway() {
    fail("a", "b", "c");
    pass(Duration.ofSeconds(1));
    assertThat(availability.admits(image("a"))).isTrue();
    availability.failed(image("a"), broken());
    pass(Duration.ofMillis(2100));
    assertThat(availability.admits(image("a")) || availability.admits(image("d"))).isTrue();
    availability.answered(image("d"));
    assertThat(availability.admits(image("e"))).isTrue();
  }

  @Test
  void imagesThatAreLastinglyBadEndAndDoNotKeepTheGoodOnesOfTheirHostAway() {
    List<String> open = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      open.add((i < 20 ? "bad" : "good") + i);
    }
    long begun = now;
    long goodDone = -1;
    int asked = 0;
    while (!open.isEmpty()) {
      for (String one : List.copyOf(open)) {
        if (availability.admits(image(one))) {
          asked++;
          if (one.startsWith("good")) {
            availability.answered(image(one));
            open.remove(one);
          } else if (availability.failed(image(one), broken()).isPresent()) {
            open.remove(one);
          }
        }
      }
      if (goodDone < 0 && open.stream().noneMatch(one -> one.startsWith("good"))) {
        goodDone = now - begun;
      }
      assertThat(Duration.ofNanos(now - begun)).isLessThan(Duration.ofMinutes(10));
      pass(availability.outlook().nextTry().orElse(Duration.ZERO));
    }
    assertThat(Duration.ofNanos(goodDone)).isLessThan(Duration.ofMinutes(1));
    assertThat(asked).isLessThan(40 + 20 * 10);
  }

  @Test
  void whatStaysAwayForTooLongIsNotAskedAgain() {
    fail("a", "b", "c");
    assertThat(availability.outlook().nextTry()).contains(Duration.ofSeconds(1));
    assertThat(availability.outlook().away()).isEmpty();
    pass(PATIENCE.plusSeconds(1));
    assertThat(availability.admits(image("a"))).isFalse();
    assertThat(availability.outlook().nextTry()).isEmpty();
    assertThat(availability.outlook().away()).containsExactly("http://images.example:81");
    assertThat(availability.admits(at("http://other.example/d"))).isTrue();

    availability.neverGiveUp();
    assertThat(availability.admits(image("a"))).isTrue();
    assertThat(availability.outlook().away()).isEmpty();
  }

  @Test
  void withoutPatienceImagesFailAfterTheirTries() {
    Availability impatient = available(Duration.ZERO);
    for (int i = 0; i < 3; i++) {
      for (String one : List.of("a", "b", "c", "d")) {
        assertThat(impatient.failed(image(one), broken())).isEmpty();
      }
      pass(Duration.ofMinutes(2));
      assertThat(impatient.admits(image("a"))).isTrue();
    }
    assertThat(impatient.failed(image("a"), broken())).isPresent();
  }

  @Test
  void aPauseThatIsAskedForHoldsForTheHost() {
    availability.failed(image("a"), busy(Duration.ofSeconds(40)));
    pass(Duration.ofSeconds(39));
    assertThat(availability.admits(image("b"))).isFalse();
    assertThat(availability.outlook().nextTry()).contains(Duration.ofSeconds(1));
    pass(Duration.ofSeconds(1));
    assertThat(availability.admits(image("b"))).isTrue();
    assertThat(availability.admits(image("a"))).isTrue();
  }

  @Test
  void aPauseThatIsTooLongCountsAsAway() {
    availability.failed(image("a"), busy(Duration.ofHours(3)));
    assertThat(availability.admits(image("b"))).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(availability.admits(image("b"))).as("a probe").isTrue();
    availability.failed(image("b"), busy(Duration.ofHours(3)));
    assertThat(notices).hasSize(1);
    pass(PATIENCE.plusSeconds(1));
    assertThat(availability.outlook().away()).hasSize(1);
  }

  @Test
  void aFolderThatIsAwayIsLeftAloneLikeAHost() {
    for (String one : List.of("a", "b", "c")) {
      availability.failed(new ImageSource.File(Path.of("/mnt/x"), one), broken());
    }
    assertThat(availability.admits(new ImageSource.File(Path.of("/mnt/x"), "d"))).isFalse();
    assertThat(availability.admits(new ImageSource.File(Path.of("/mnt/y"), "d"))).isTrue();
    assertThat(availability.admits(new ImageSource.DataUri("data:,x"))).isTrue();
  }

  @Test
  void whatIsRefusedForGoodShowsThatTheHostIsThere() throws Exception {
    fail("a", "b", "c");
    ImageException gone = ImageException.permanent(ImageErrorCode.IMAGE_NOT_FOUND, "gone");
    assertThat(availability.judged(image("d"), gone)).isSameAs(gone);
    assertThat(availability.admits(image("e"))).isTrue();
  }

  private void fail(String... images) {
    for (String one : images) {
      assertThat(availability.admits(image(one))).isTrue();
    }
    for (String one : images) {
      assertThat(availability.failed(image(one), broken())).isEmpty();
    }
  }

  private long secondsUntilAdmitted(ImageSource image) {
    for (long second = 0; second < 100; second++) {
      if (availability.admits(image)) {
        return second;
      }
      pass(Duration.ofSeconds(1));
    }
    throw new AssertionError("never");
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private static ImageException broken() {
    return ImageException.transientError(ImageErrorCode.IMAGE_FETCH, "no", null);
  }

  private static ImageException busy(Duration pause) {
    return ImageException.busy(ImageErrorCode.IMAGE_FETCH, "busy", pause);
  }

  private static ImageSource image(String name) {
    return at("http://images.example:81/" + name);
  }

  private static ImageSource at(String url) {
    return new ImageSource.Http(URI.create(url));
  }
}
