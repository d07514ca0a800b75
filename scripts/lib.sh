# Shared functions of the scripts: finds the project and its tools. Sourced, not run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
APP="$ROOT/batch-app/target/app"

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$1"
  exit "${2:-2}"
}

java_major() {
  javac -version 2>&1 | sed -nE 's/^javac ([0-9]+).*/\1/p'
}

missing_tools() {
  local major
  major=$(command -v javac >/dev/null && java_major)
  [ "${major:-0}" -ge 17 ] || printf 'openjdk-17-jdk-headless '
  command -v mvn >/dev/null || printf 'maven '
}

may_install() {
  [ -n "${CI:-}" ] && return 0
  [ -t 0 ] || return 1
  local reply
  read -r -p "Install $1 with apt-get now? [y/N] " reply
  [ "$reply" = y ] || [ "$reply" = Y ]
}

# Requires JDK 17 or newer and Maven; offers to install them on Debian as root.
need_tools() {
  local packages
  packages=$(missing_tools)
  [ -z "$packages" ] && return
  say "Needed and not found: JDK 17 or newer (javac) and Maven (mvn)."
  say "  Debian, Ubuntu:  apt-get install $packages"
  say "  Fedora:          dnf install java-17-openjdk-devel maven"
  if [ -e /etc/debian_version ] && [ "$(id -u)" = 0 ] && may_install "$packages"; then
    # shellcheck disable=SC2086
    apt-get update -q && apt-get install -q -y $packages || die "apt-get could not install $packages"
  fi
  [ -z "$(missing_tools)" ] || exit 2
}

# The first Chromium on the PATH; nothing if there is none.
browser() {
  command -v chromium-headless-shell chromium chromium-browser google-chrome | head -n 1
}

has_browser() {
  [ -n "$(browser)" ]
}

# Recommends Chromium, in which tests open the HTML pages. Without it those tests are skipped.
want_browser() {
  has_browser && return
  if [ -e /etc/debian_version ] && [ "$(id -u)" = 0 ] && may_install chromium-headless-shell; then
    apt-get update -q && apt-get install -q -y --no-install-recommends chromium-headless-shell || true
  fi
  has_browser || say "No Chromium on the PATH (Debian: apt-get install chromium-headless-shell): pages are not tested in a browser."
}

is_built() {
  local jar=$APP/stf-batch.jar
  [ -e "$jar" ] && [ -z "$(find "$ROOT/pom.xml" "$ROOT"/*/pom.xml "$ROOT"/*/src/main -newer "$jar" | head -n 1)" ]
}

# Prints a line for each module, for every fiftieth downloaded file, and for each error.
build_lines() {
  local line fetched=0
  while IFS= read -r line; do
    case $line in
      *"Downloaded from"*)
        fetched=$((fetched + 1))
        [ $((fetched % 50)) != 0 ] || say "  $fetched files fetched"
        ;;
      "[INFO] Building jar"*) ;;
      "[INFO] Building "*) say "  building${line#"[INFO] Building"}" ;;
      *ERROR*) say "$line" ;;
    esac
  done
}

build() {
  is_built && return
  need_tools
  say "building stf-batch (the first build downloads about 400 MB from Maven Central) ..."
  local code=0
  (
    # The lock keeps two commands from building at the same time.
    exec 9>"$ROOT/.mvn/build.lock"
    flock 9
    is_built || (cd "$ROOT" && mvn -B -DskipTests -DskipDistribution -Dspotless.check.skip=true package | build_lines && touch "$APP/stf-batch.jar")
  ) || code=$?
  # Maven's exit code after a signal is 128 plus the signal's number.
  [ "$code" -lt 128 ] || die "the build was interrupted: the next command resumes it" "$code"
  [ "$code" = 0 ] || die "the build failed: the lines above say why" 1
}

# test_model RUN MODEL STRATEGY DATA OUT NAME: asks a model the questions of demo-data in DATA, and writes OUT/answers-NAME.jsonl
# and, when it is complete, OUT/score-NAME.txt. The script's stf_batch runs the program.
test_model() {
  local answers=$5/answers-$6.jsonl score=$5/score-$6
  stf_batch ingest --run "$1" --questions "$4/questions.jsonl" --images "$4/images"
  stf_batch infer --run "$1" --model "$2" --compress "$3" --max-new-tokens 160
  stf_batch export --run "$1" --out "$answers"
  stf_batch demo-score --labels "$4/labels.jsonl" --answers "$answers" | tee "$score.part"
  mv "$score.part" "$score.txt"
}
