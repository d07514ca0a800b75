'use strict';
(() => {
  // The palette of Okabe and Ito, which is safe for all kinds of colour vision; hatches distinguish the stages in greyscale.
  const STAGES = {
    answer_wait: {label: 'Waiting for answers', colour: '#0072b2', hatch: ''},
    input_wait: {label: 'Waiting for images and questions', colour: '#e69f00', hatch: '/'},
    database: {label: 'Storing in the database', colour: '#999999', hatch: '.'},
    vision: {label: 'Encoding images', colour: '#009e73', hatch: '\\'},
    prefill: {label: 'Prefill', colour: '#cc79a7', hatch: '-'},
    decode: {label: 'Generating answers', colour: '#56b4e9', hatch: ''},
    fetch: {label: 'Fetching images', colour: '#d55e00', hatch: '|'},
    image_decode: {label: 'Decoding images', colour: '#c4b000', hatch: 'x'}};
  const STEP = ['answer_wait', 'input_wait', 'database'];
  const DEVICE = ['vision', 'prefill', 'decode'];
  const IMAGES = ['fetch', 'image_decode'];
  const WORKERS = [['Batch step (one thread)', STEP], ['Devices', DEVICE], ['Image threads', IMAGES]];
  const KEY_FACTS = ['questions_per_second', 'images_per_second', 'tokens_per_second', 'device_busy', 'peak_share', 'batch_fill',
    'saved_by_sharing', 'latency_p50', 'latency_p99', 'failed_share', 'cost_per_1000_questions', 'score'];
  const BETTER = {questions_per_second: 1, score: 1,
    latency_p50: -1, latency_p99: -1, failed_share: -1, cost_per_1000_questions: -1};
  const LONG_TEXT = 240;
  const LIKE_SIZE = 3;
  const MODEL_FIELDS = [['fingerprint', 'model_fingerprint'], ['compression', 'compression'], ['weight format', 'weight_format']];
  const NOTEWORTHY = .0005;
  const byId = id => document.getElementById(id);
  const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const charts = new Map();
  const shownParts = new Map();
  let report;
  let unstored = 0;

  // ---- text

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function number(value) {
    if (Number.isInteger(value)) return value.toLocaleString('en');
    return value.toLocaleString('en', Math.abs(value) >= 1000
      ? {maximumFractionDigits: 0} : {maximumSignificantDigits: 3});
  }

  function duration(seconds) {
    if (seconds < 60) return number(seconds) + '\u00a0s';
    const whole = Math.round(seconds);
    const two = n => String(n).padStart(2, '0');
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return h ? `${h}\u00a0h ${two(m)}\u00a0min` : `${m}\u00a0min ${two(s)}\u00a0s`;
  }

  function clock(seconds) {
    const whole = Math.round(seconds);
    const two = n => String(n).padStart(2, '0');
    return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  }

  const time = instant => instant.slice(0, 19).replace('T', ' ');
  const percent = share => number(100 * share) + '\u00a0%';
  const plural = (n, one) => `${number(n)} ${one}${n === 1 ? '' : 's'}`;

  function shown(fact) {
    if (fact.unit === 's') return duration(fact.value);
    if (fact.unit === 'share') return percent(fact.value);
    if (fact.unit === '1/s') return number(fact.value) + '/s';
    return number(fact.value) + (fact.unit ? '\u00a0' + fact.unit : '');
  }

  /** A number of the report, with its name and exact value as data attributes. */
  function figure(fact, text = shown(fact)) {
    const made = element('span', {}, text);
    made.dataset.fact = fact.name;
    made.dataset.value = String(fact.value);
    return made;
  }

  const find = (name, facts = report.facts) => facts.find(fact => fact.name === name);
  const valueOf = name => find(name)?.value ?? 0;
  const sum = (list, of) => list.reduce((total, one) => total + of(one), 0);

  function table(header, rows) {
    const numeric = value => typeof value === 'number' || value?.numeric;
    const cell = value => element('td', {className: numeric(value) ? 'n' : value?.className ?? ''},
      ...(typeof value === 'number' ? [number(value)] : [value?.content ?? value].flat()));
    const row = values => element('tr', {},
      element('th', {scope: 'row'}, ...[values[0]].flat()), ...values.slice(1).map(cell));
    const column = (name, i) => element('th', {scope: 'col', className: rows.length && numeric(rows[0][i]) ? 'n' : ''}, name);
    return element('table', {},
      element('thead', {}, element('tr', {}, ...header.map(column))),
      element('tbody', {}, ...rows.map(values => (values.group
        ? element('tr', {className: 'group'}, element('th', {scope: 'rowgroup', colSpan: header.length}, values.group))
        : row(values)))));
  }

  /** Replaces the content of an element only if its data changed, so that unfolded details and the selection stay. */
  function fill(id, data, make) {
    const key = JSON.stringify(data);
    if (shownParts.get(id) === key) return;
    shownParts.set(id, key);
    byId(id).replaceChildren(...[make()].flat());
  }

  // ---- charts

  /** A canvas tile of a stage's colour and hatch. */
  function hatched({colour, hatch}) {
    const tile = element('canvas', {width: 8, height: 8});
    const pen = tile.getContext('2d');
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = pen.fillStyle = style('--hatch');
    pen.lineWidth = 1.5;
    const line = (...points) => {
      pen.beginPath();
      points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.stroke();
    };
    if (hatch === '/' || hatch === 'x') line([-2, 6], [6, -2]), line([2, 10], [10, 2]);
    if (hatch === '\\' || hatch === 'x') line([-2, 2], [6, 10]), line([2, -2], [10, 6]);
    if (hatch === '-') line([0, 4], [8, 4]);
    if (hatch === '|') line([4, 0], [4, 8]);
    if (hatch === '.') pen.fillRect(2, 2, 3, 3);
    return tile;
  }

  const fillOf = stage => {
    const tile = hatched(stage);
    return tile.getContext('2d').createPattern(tile, 'repeat');
  };

  function swatch(stage) {
    const made = element('span', {className: 'swatch'});
    made.style.background = `url(${hatched(stage).toDataURL()})`;
    return made;
  }

  /** Attempts that began while no other one was running. */
  const restarts = () => report.attempts.filter(({second}) => second > 0
    && !report.attempts.some(other => other.second < second && other.second + other.seconds > second + 1e-9));

  /** Chart plugin that marks where the run was resumed. */
  const attemptMarks = {
    id: 'attempts',
    afterDatasetsDraw(chart) {
      if (!chart.options.attempts) return;
      const {ctx, chartArea: {top, bottom}, scales: {x}} = chart;
      ctx.save();
      ctx.strokeStyle = style('--text');
      ctx.setLineDash([4, 4]);
      for (const attempt of restarts()) {
        const at = x.getPixelForValue(attempt.second);
        ctx.beginPath();
        ctx.moveTo(at, top);
        ctx.lineTo(at, bottom);
        ctx.stroke();
      }
      ctx.restore();
    }};

  /** Lets the left and right arrow keys select the points of a chart, and announces them to screen readers. */
  function withKeys(canvas) {
    let index = -1;
    canvas.addEventListener('keydown', event => {
      const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      const chart = charts.get(canvas.parentElement.id);
      const count = chart.data.datasets[0]?.data.length ?? 0;
      if (!step || !count) return;
      event.preventDefault();
      index = Math.min(count - 1, Math.max(0, index + step));
      const active = chart.data.datasets.map((_, i) => ({datasetIndex: i, index}));
      chart.setActiveElements(active);
      chart.tooltip.setActiveElements(active, {x: 0, y: 0});
      chart.update('none');
      byId('said').textContent = [...chart.tooltip.title ?? [],
        ...(chart.tooltip.body ?? []).flatMap(part => part.lines)].join(', ');
    });
    canvas.addEventListener('blur', () => {
      const chart = charts.get(canvas.parentElement.id);
      chart.setActiveElements([]);
      chart.tooltip.setActiveElements([], {x: 0, y: 0});
      chart.update('none');
    });
  }

  function draw(id, description, {type, data, options = {}}) {
    Chart.defaults.color = style('--soft');
    Chart.defaults.borderColor = style('--line');
    Chart.defaults.font.family = 'system-ui, sans-serif';
    let canvas = byId(id).querySelector('canvas');
    if (!canvas) {
      canvas = element('canvas', {tabIndex: 0});
      canvas.setAttribute('role', 'img');
      byId(id).append(canvas);
      withKeys(canvas);
    }
    canvas.setAttribute('aria-label', description + '. Left and right arrow keys select the points.');
    const title = {display: true, text: description, align: 'start', color: style('--text'), font: {size: 14, weight: 'normal'}};
    const all = {
      responsive: true, maintainAspectRatio: false, animation: false, interaction: {mode: 'index', intersect: false},
      ...options,
      plugins: {title, legend: {display: false}, ...options.plugins}};
    charts.get(id)?.destroy();
    charts.set(id, new Chart(canvas, {type, data, options: all, plugins: [attemptMarks]}));
  }

  const SHORT_RUN = 120;
  /** A time within a run, formatted according to the run's duration. */
  const moment = (seconds, whole) => (whole > SHORT_RUN ? clock(seconds) : number(Number(seconds.toPrecision(3))) + '\u00a0s');
  const secondsAxis = (title, max) => ({
    type: 'linear', min: 0, max, title: {display: true, text: title},
    ticks: {callback: value => moment(value, max), maxRotation: 0, maxTicksLimit: 7, includeBounds: false}});
  const lineLegend = {legend: {align: 'end', labels: {usePointStyle: true, boxWidth: 8, boxHeight: 8}}};
  const atSecond = {tooltip: {callbacks: {
    title: items => (items.length ? 'after ' + moment(items[0].parsed.x, items[0].chart.scales.x.max) : ''),
    label: item => `${item.dataset.label}: ${number(item.parsed.y)}`}}};

  // ---- the parts of the page

  function header() {
    const [answered, failed, waiting] = ['answered', 'failed', 'waiting'].map(valueOf);
    document.title = 'Run ' + report.run;
    byId('run').textContent = report.run;
    const [text, kind] = valueOf('jobs') === 0 ? ['empty', 'going']
      : waiting > 0 ? [`${plural(waiting, 'question')} waiting`, 'going']
      : failed > 0 ? [`complete, ${number(failed)} failed`, 'bad'] : ['complete', 'good'];
    Object.assign(byId('state'), {textContent: text, className: 'pill ' + kind});
    const places = report.places.map(p => `${p.device} in ${p.dtype}, batch ${p.batch}`
      + (p.compression === 'none' ? '' : `, compression ${p.compression}`)
      + (p.weight_format === 'plain' ? '' : `, ${p.weight_format} weights`));
    byId('when').textContent = [
      report.started ? `${time(report.started)} to ${time(report.finished)} UTC` : 'not started',
      ...(report.model ? ['model ' + report.model] : []), ...new Set(places),
      `as of ${time(report.made_at)} UTC`].join(' · ');
    const parts = [[answered, '#0072b2'], [failed, '#d55e00'], [Math.min(unstored, waiting), '#56b4e9']];
    fill('progress', [parts, waiting], () => parts.map(([n, colour]) => {
      const part = element('i');
      part.style.flex = `0 0 ${100 * n / Math.max(1, valueOf('jobs'))}%`;
      part.style.background = colour;
      return part;
    }));
    byId('progress').setAttribute('aria-label',
      `${number(answered)} answered, ${number(failed)} failed, ${number(waiting)} waiting`
      + (unstored ? `, ${number(unstored)} of them finished and not stored yet` : ''));
  }

  /** The bottleneck: what the step spent most time on; if it waited, the longest stage of the devices or image threads. */
  function limit() {
    const seconds = report.seconds;
    const total = keys => sum(keys, key => seconds[key]);
    const longest = keys => keys.reduce((a, b) => (seconds[a] >= seconds[b] ? a : b));
    const share = (key, keys) => percent(seconds[key] / total(keys));
    if (total(STEP) === 0) return undefined;
    const waited = longest(STEP);
    const behind = {answer_wait: DEVICE, input_wait: IMAGES}[waited];
    const reason = `${STAGES[waited].label.toLowerCase()} took ${share(waited, STEP)} of the time`;
    if (!behind || total(behind) === 0) return {what: STAGES[waited].label, why: reason};
    const most = longest(behind);
    return {
      what: STAGES[most].label,
      why: `${reason}, and ${STAGES[most].label.toLowerCase()} took ${share(most, behind)} of the time of the ${behind === DEVICE ? 'devices' : 'image threads'}`};
  }

  function tile(label, main, sub) {
    return element('div', {}, element('dt', {}, label),
      element('dd', {className: 'main'}, ...[main].flat()), element('dd', {className: 'sub'}, ...[sub].flat()));
  }

  function answeredTile() {
    const failed = find('failed');
    const parts = [figure(failed), ' failed (', figure(find('failed_share')), ')'];
    const codes = report.failures.slice(0, 2).map(group => group.code).join(', ');
    const what = failed.value > 0 ? [element('a', {href: '#failures-title'}, ...parts), codes ? ': ' + codes : ''] : ['none failed'];
    return tile('Answered',
      [figure(find('answered')), element('small', {}, ' of ', figure(find('jobs')), valueOf('jobs') === 1 ? ' question' : ' questions')], what);
  }

  function tiles() {
    const made = [answeredTile()];
    const optional = (name, make) => find(name) && made.push(make(find(name)));
    optional('score', score => tile('Score', figure(score),
      [report.evaluations[0].benchmark, ...(find('published') ? ['; in the paper: ', figure(find('published'))] : [])]));
    optional('seconds', seconds => tile('Duration', figure(seconds),
      [figure(find('attempts'), plural(valueOf('attempts'), 'attempt'))]));
    optional('questions_per_second', speed => tile('Throughput',
      [figure(speed, number(speed.value)), element('small', {}, ' questions per second')],
      [figure(find('images_per_second'), number(valueOf('images_per_second'))), ' images and ',
        figure(find('tokens_per_second'), number(valueOf('tokens_per_second'))), ' tokens per second']));
    const limited = limit();
    if (limited) made.push(tile('Bottleneck', limited.what, limited.why));
    optional('peak_share', peak => tile('Share of peak throughput', figure(peak), [figure(find('gflops')), '; the peak is that of matrix products']));
    optional('device_busy', busy => tile('Device utilization', figure(busy), ['batch utilization: ', figure(find('batch_fill'))]));
    if (valueOf('answered') > 0) {
      made.push(tile('Latency', figure(find('latency_p50')),
        ['median; 90 % within ', figure(find('latency_p90')), ', 99 % within ', figure(find('latency_p99'))]));
    }
    optional('cost', cost => tile('Cost', figure(cost),
      [figure(find('cost_per_1000_questions')), ' per 1000 questions']));
    return made;
  }

  function benchmark() {
    const evaluation = report.evaluations[0];
    byId('benchmark-section').hidden = !evaluation;
    if (!evaluation) return;
    byId('benchmark-text').textContent =
      `${evaluation.benchmark}: ${number(evaluation.answered)} of ${number(evaluation.questions)} questions answered`
      + `, scored ${time(evaluation.scored_at)} UTC${evaluation.strict ? ', with the corrected scorer' : ''}.`
      + (evaluation.problem ? ` No score: ${evaluation.problem}` : '');
    fill('benchmark', evaluation.figures, () => (evaluation.figures.length
      ? [table(['Figure', 'Value'], evaluation.figures.map(one =>
        [one.name + (one.headline ? ' (published in the paper)' : ''), {numeric: true, content: String(Number(one.value.toPrecision(6)))}]))] : []));
  }

  /** The models and devices of a run that determine its speed, as a comparable text. */
  const kind = run => JSON.stringify(run.places.map(p =>
    [p.model_fingerprint, p.compression, p.weight_format, p.device, p.dtype]).sort());

  /** Whether a difference may be rated: speed and cost only between runs of the same kind and of similar size. */
  function isJudged(fact, theirs, run) {
    if (!BETTER[fact.name]) return false;
    if (fact.name === 'score') return fact.group === theirs.group;
    if (fact.name === 'failed_share') return true;
    return kind(run) === kind(report) && hasLikeSize(run);
  }

  /** Whether two runs have a similar number of outcomes; few questions give no reliable speed. */
  function hasLikeSize(run) {
    const [ours, theirs] = [report, run].map(one => find('answered', one.facts).value + find('failed', one.facts).value);
    return Math.min(ours, theirs) > Math.max(ours, theirs) / LIKE_SIZE;
  }

  /** The difference as text: percentage points for shares, a factor for large ratios, else a percentage. */
  function difference(fact, theirs) {
    const sign = fact.value > theirs.value ? '+' : '−';
    if (fact.unit === 'share') return sign + number(100 * Math.abs(fact.value - theirs.value)) + '\u00a0points';
    const ratio = fact.value / theirs.value;
    if (!(ratio > 0 && ratio < Infinity)) return '';
    return ratio > 3 || ratio < 1 / 3 ? number(ratio) + '\u00a0times' : sign + percent(Math.abs(ratio - 1));
  }

  function change(fact, theirs, run) {
    if (fact.unit !== theirs.unit || Math.abs(fact.value - theirs.value) <= NOTEWORTHY * Math.abs(theirs.value)) return [];
    const text = difference(fact, theirs);
    if (!text) return [];
    const better = (fact.value - theirs.value) * BETTER[fact.name] > 0;
    const judged = isJudged(fact, theirs, run) ? (better ? 'better' : 'worse') : '';
    return [element('small', {className: {better: 'good', worse: 'bad'}[judged] ?? ''},
      `this run ${text}${judged && ', ' + judged}`)];
  }

  /** The distinct values of a field of a run's models. */
  function answeredWith(run, field) {
    return {numeric: true, content: [...new Set(run.places.map(place => place[field]))].join(', ') || '–'};
  }

  function comparison() {
    byId('compare-section').hidden = report.others.length === 0;
    if (!report.others.length) return;
    const runs = [report, ...report.others];
    const numbers = KEY_FACTS.filter(name => find(name)).map(name => [find(name).group + ': ' + find(name).label,
      {numeric: true, content: shown(find(name))},
      ...report.others.map(run => {
        const theirs = find(name, run.facts);
        return {numeric: true, content: theirs ? [shown(theirs), ...(find('seconds', run.facts) ? change(find(name), theirs, run) : [])] : '–'};
      })]);
    const names = ['Model', ...runs.map(run => ({numeric: true, content: run.model || '–'}))];
    const models = [names, ...MODEL_FIELDS.map(([label, field]) => ['Model: ' + label, ...runs.map(run => answeredWith(run, field))])];
    const alike = report.others.every(run => kind(run) === kind(report) && hasLikeSize(run));
    byId('compare-note').textContent = alike ? ''
      : 'Speeds and costs of runs with another model, strategy, device or dtype, or of far more or fewer questions, are not rated as better or worse.';
    fill('compare', report.others, () => table(['', ...runs.map(run => run.run)], [...numbers, ...models]));
    byId('compare-chart').style.height = 70 + 34 * runs.length + 'px';
    const speeds = runs.map(run => find('questions_per_second', run.facts)?.value ?? 0);
    draw('compare-chart', 'Questions per second', {
      type: 'bar',
      data: {labels: runs.map(run => run.run), datasets: [{
        label: 'Questions per second', data: speeds, maxBarThickness: 22,
        backgroundColor: speeds.map((_, i) => (i ? '#999999' : '#0072b2'))}]},
      options: {indexAxis: 'y', scales: {x: {beginAtZero: true}, y: {grid: {display: false}}}}});
  }

  /** Scatter chart of score and language-model work for an image: the runs of the same benchmark, and what papers report. */
  function scores() {
    const points = [report, ...report.others].flatMap(run => {
      const score = find('score', run.facts), work = find('image_tflop', run.facts);
      const strategies = [...new Set(run.places.map(place => place.compression))].filter(name => name !== 'none');
      return score && work && score.group === find('score')?.group
        ? [{x: work.value, y: score.value, label: [run.run, ...strategies].join(', ')}] : [];
    });
    const published = points.length ? (report.evaluations[0]?.published ?? []).map(
      ({method, source, tflop, score}) => ({x: tflop, y: score, label: `${method}, published (${source}, 7B)`})) : [];
    byId('score-chart').hidden = points.length + published.length < 2;
    if (byId('score-chart').hidden) return;
    const dots = (label, data, colour) => ({label, data, pointRadius: 6, borderColor: colour});
    const hollow = {...dots('Published for 7B models', published, '#d55e00'), pointStyle: 'triangle', backgroundColor: 'transparent'};
    draw('score-chart', 'Score by TFLOP per image', {
      type: 'scatter',
      data: {datasets: [
        {...dots('Runs', points, '#0072b2'), backgroundColor: points.map((_, i) => (i ? '#999999' : '#0072b2'))},
        ...(published.length ? [hollow] : [])]},
      options: {
        interaction: {mode: 'nearest', intersect: false},
        scales: {
          x: {beginAtZero: true, title: {display: true, text: 'TFLOP of an image’s vision tokens in the language model'}},
          y: {title: {display: true, text: 'Score'}}},
        plugins: {
          ...(published.length ? lineLegend : {}),
          tooltip: {callbacks: {label: item => `${item.raw.label}: ${number(item.raw.y)} with ${number(item.raw.x)} TFLOP`}}}}});
  }

  function stages() {
    const limited = limit();
    byId('limit').textContent = limited ? `Bottleneck: ${limited.what.toLowerCase()}; ${limited.why}.` : 'Nothing was done yet.';
    byId('stages').hidden = byId('stages-table').hidden = !limited;
    if (!limited) return;
    draw('stages', 'Seconds, summed over threads and devices', {
      type: 'bar',
      data: {labels: WORKERS.map(([name]) => name), datasets: WORKERS.flatMap(([, keys], row) => keys.map(key => ({
        label: STAGES[key].label, backgroundColor: fillOf(STAGES[key]), maxBarThickness: 26,
        data: WORKERS.map((_, i) => (i === row ? report.seconds[key] : null))})))},
      options: {
        indexAxis: 'y', interaction: {mode: 'y', intersect: false},
        scales: {x: {stacked: true}, y: {stacked: true, grid: {display: false}}},
        plugins: {tooltip: {
          filter: item => item.raw !== null,
          callbacks: {label: item => `${item.dataset.label}: ${duration(item.raw)}`}}}}});
    fill('stages-table', [report.seconds, dark.matches], () => WORKERS.map(([name, keys]) => {
      const all = sum(keys, key => report.seconds[key]);
      return table([name, 'Seconds', 'Share'], keys.map(key => [[swatch(STAGES[key]), STAGES[key].label],
        report.seconds[key], {numeric: true, content: all > 0 ? percent(report.seconds[key] / all) : '–'}]));
    }));
  }

  function overTime() {
    byId('time-section').hidden = report.timeline.length === 0;
    if (!report.timeline.length) return;
    const middle = slice => slice.second + slice.width / 2;
    const end = slice => slice.second + slice.width;
    const rate = key => report.timeline.map(slice => ({x: middle(slice), y: slice[key] / slice.width}));
    const most = end(report.timeline.at(-1));
    const x = secondsAxis('working time', most);
    const line = ([key, label, colour, pointStyle, borderDash]) => ({
      label, data: rate(key), borderColor: colour, backgroundColor: colour, pointStyle, borderDash, borderWidth: 2, pointRadius: 3});
    byId('attempts').textContent = report.workers.length
      ? `Answered by ${plural(report.workers.length, 'worker')} in ${plural(report.attempts.length, 'attempt')}. Time without work is left out; dashed lines mark where.`
      : report.attempts.length < 2 ? ''
      : `Started ${report.attempts.map(attempt => time(attempt.started)).join(', resumed ')} UTC; dashed lines mark the restarts. The time between attempts is left out.`;
    const lines = [['jobs', 'Questions', '#0072b2', 'circle', []], ['images', 'Images', '#009e73', 'triangle', [6, 3]],
      ['failures', 'Failures', '#d55e00', 'crossRot', [2, 3]]];
    draw('speed', 'Questions, images and failures per second', {
      type: 'line', data: {datasets: lines.map(line)},
      options: {attempts: true, scales: {x, y: {beginAtZero: true}}, plugins: {...lineLegend, ...atSecond}}});
    draw('tokens', 'Generated tokens per second', {
      type: 'line', data: {datasets: [line(['generated_tokens', 'Tokens', '#0072b2', 'circle', []])]},
      options: {attempts: true, scales: {x, y: {beginAtZero: true}}, plugins: atSecond}});
    draw('over', 'Device time by stage, as a share', {
      type: 'line',
      data: {datasets: DEVICE.map(key => ({
        label: STAGES[key].label, fill: true, backgroundColor: fillOf(STAGES[key]), borderColor: STAGES[key].colour,
        borderWidth: 1, pointRadius: 0,
        data: report.timeline.flatMap(slice => {
          const y = slice.seconds[key] / (slice.device_seconds || 1);
          // The next slice begins where this one ends; stacked lines need a point of their own for each.
          return [{x: slice.second, y}, {x: end(slice) - slice.width / 1000, y}];
        })}))},
      options: {
        attempts: true, scales: {x, y: {stacked: true, beginAtZero: true, max: 1, ticks: {callback: percent}}},
        plugins: {...lineLegend, legend: {align: 'end', labels: {boxWidth: 22}}, ...atSecond}}});
    fill('speed-table', report.timeline, () => table(
      ['From', ...lines.map(one => one[1] + '/s'), 'Tokens/s', ...DEVICE.map(key => STAGES[key].label + ', s')],
      report.timeline.map(slice => [moment(slice.second, most), ...lines.map(([key]) => slice[key] / slice.width),
        slice.generated_tokens / slice.width, ...DEVICE.map(key => slice.seconds[key])])));
  }

  function workers() {
    byId('workers-section').hidden = report.workers.length === 0;
    if (!report.workers.length) return;
    const most = Math.max(...report.attempts.map(attempt => attempt.second + attempt.seconds));
    const names = report.workers.map(worker => worker.name);
    byId('lanes').style.height = `${Math.max(140, 90 + 26 * names.length)}px`;
    const lanes = report.attempts.filter(attempt => attempt.worker)
      .map(({worker, second, seconds}) => ({y: worker, x: [second, Math.max(second + seconds, second + most / 300)]}));
    draw('lanes', 'Working time of each worker', {
      type: 'bar',
      data: {labels: names, datasets: [{label: 'working', data: lanes, backgroundColor: '#0072b2', grouped: false, barPercentage: .7}]},
      options: {
        indexAxis: 'y', attempts: true, interaction: {mode: 'nearest', intersect: true},
        scales: {x: secondsAxis('working time', most), y: {grid: {display: false}}},
        plugins: {tooltip: {callbacks: {
          label: item => `${moment(item.raw.x[0], most)} to ${moment(item.raw.x[1], most)}`}}}}});
    fill('workers', report.workers, () => table(
      ['Worker', 'Device', 'Questions', 'Share', 'Failed', 'Questions/s', 'Device utilization', 'Last chunk, UTC'],
      report.workers.map(worker => [worker.name, worker.device, worker.jobs, {numeric: true, content: percent(worker.share)}, worker.failures,
        worker.questions_per_second, {numeric: true, content: percent(worker.device_busy)}, time(worker.finished)])));
  }

  function histogram(id, title, colour, bins) {
    const name = bin => (bin.from === bin.to ? `${bin.from}` : `${bin.from}–${bin.to}`);
    draw(id, title, {
      type: 'bar',
      data: {labels: bins.map(name), datasets: [{
        label: 'Answers', data: bins.map(bin => bin.answers), backgroundColor: colour, categoryPercentage: 1, barPercentage: .92}]},
      options: {scales: {x: {grid: {display: false}, ticks: {maxRotation: 0}}, y: {beginAtZero: true, grace: '5%'}}}});
    fill(id + '-table', bins, () => table([title, 'Answers'], bins.map(bin => [name(bin), bin.answers])));
  }

  function histograms() {
    byId('tokens-section').hidden = report.generated_tokens.length === 0;
    if (!report.generated_tokens.length) return;
    histogram('prompts', 'Tokens of a question’s text', '#cc79a7', report.prompt_tokens);
    histogram('generated', 'Tokens of an answer', '#56b4e9', report.generated_tokens);
  }

  /** The beginning of a long text, with the rest folded. */
  function longText(text) {
    if (text.length <= LONG_TEXT) return [text];
    const word = text.lastIndexOf(' ', LONG_TEXT);
    const cut = word > LONG_TEXT * .7 ? word : LONG_TEXT;
    return [text.slice(0, cut), element('details', {className: 'rest'}, element('summary', {}, 'show the rest'), text.slice(cut))];
  }

  function named(one) {
    const name = one.question_id ? 'question ' + one.question_id : 'a question without an id';
    return element('details', {className: 'id'},
      element('summary', {}, one.image ? `${name}, ${one.image}` : name), element('code', {}, one.custom_id));
  }

  function sample(one) {
    const picture = one.thumbnail
      ? element('img', {src: one.thumbnail, alt: one.image, loading: 'lazy'})
      : element('span', {className: 'none'}, one.image ? (one.thumbnail_note || 'not available') + ': ' + one.image : 'text only');
    const text = element('div', {className: 'text'},
      ...(one.code
        ? [element('p', {className: 'outcome bad'}, ...longText(one.outcome)), element('p', {}, one.code)]
        : [element('p', {className: 'outcome'}, ...longText(one.outcome))]),
      element('p', {className: 'prompt'}, ...longText(one.prompt)),
      named(one));
    return element('article', {}, picture, text);
  }

  /** A bar of a table, as a share of the longest one. */
  function tableBar(share) {
    const bar = element('span', {className: 'bar'});
    bar.style.width = 100 * share + '%';
    return {className: 'bars', content: bar};
  }

  function finishReasons() {
    const reasons = report.facts.filter(fact => fact.name.startsWith('finish_'));
    byId('finish-section').hidden = reasons.length === 0;
    const most = Math.max(1, ...reasons.map(reason => reason.value));
    fill('finish', reasons, () => table(['Finish reason', 'Answers', '', 'Share'],
      reasons.map(reason => [reason.label, reason.value, tableBar(reason.value / most),
        {numeric: true, content: percent(reason.value / sum(reasons, one => one.value))}])));
  }

  function samples() {
    byId('failures-section').hidden = report.failures.length === 0;
    byId('answers-section').hidden = report.samples.answered.length === 0;
    const most = Math.max(1, ...report.failures.map(group => group.count));
    fill('failures', report.failures, () => table(['Example', 'Count', '', 'Code', 'Stage'],
      report.failures.map(group => [longText(group.example), {numeric: true, content: plural(group.count, 'question')},
        tableBar(group.count / most), group.code, group.stage])));
    fill('failed', report.samples.failed, () => report.samples.failed.map(sample));
    fill('answered', report.samples.answered, () => report.samples.answered.map(sample));
  }

  function facts() {
    fill('facts', [report.facts, report.others], () => {
      const groups = [...new Set(report.facts.map(fact => fact.group))];
      return table(['', report.run, ...report.others.map(run => run.run)], groups.flatMap(group => [{group},
        ...report.facts.filter(fact => fact.group === group).map(fact => [fact.label,
          {numeric: true, content: figure(fact)},
          ...report.others.map(run => {
            const theirs = find(fact.name, run.facts);
            return {numeric: true, content: theirs ? shown(theirs) : '–'};
          })])]));
    });
  }

  function render() {
    byId('main').hidden = false;
    header();
    fill('tiles', [report.facts, report.seconds, report.failures, report.evaluations], tiles);
    benchmark();
    scores();
    comparison();
    stages();
    overTime();
    workers();
    samples();
    finishReasons();
    histograms();
    facts();
    document.body.dataset.painted = String(charts.size);
    document.body.dataset.paintedMillis ??= String(performance.now());
  }

  // ---- a live page

  /** Progress of the run, including finished jobs of chunks that are not stored yet. */
  function going(state) {
    const waiting = Math.max(0, valueOf('waiting') - unstored);
    const left = waiting / state.per_second;
    return `: ${number(valueOf('jobs') - waiting)} of ${plural(valueOf('jobs'), 'question')} done`
      + (state.per_second > 0 ? `, ${number(state.per_second)} per second in the last minute` : '')
      + (left > 0 && left < Infinity ? `, ${duration(left)} left` : '');
  }

  function take(state) {
    byId('banner').hidden = true;
    byId('doing').textContent = state.ended ? 'the process has ended' : state.doing;
    if (!state.report) {
      byId('run').textContent = 'no run yet';
      return;
    }
    report = state.report;
    unstored = state.ended ? 0 : state.unstored;
    if (state.doing && !state.ended) byId('doing').append(going(state));
    render();
  }

  async function poll(source, every) {
    try {
      const answer = await fetch(source, {cache: 'no-store'});
      if (!answer.ok) throw new Error(await answer.text());
      const state = await answer.json();
      take(state);
      if (state.ended) return;
    } catch (error) {
      byId('doing').textContent = '';
      byId('banner').textContent = report
        ? `The process does not answer: it was killed, or cannot be reached. This is as of ${time(report.made_at)} UTC.`
        : `Nothing to show: ${error.message}`;
      byId('banner').hidden = false;
    }
    setTimeout(poll, every, source, every);
  }

  // A printed page cannot unfold the rest.
  const rests = open => document.querySelectorAll('details.rest').forEach(rest => { rest.open = open; });
  addEventListener('beforeprint', () => rests(true));
  addEventListener('afterprint', () => rests(false));

  const given = JSON.parse(byId('data').textContent);
  if (given) take(given);
  const {source, every} = document.body.dataset;
  if (source) poll(source, Number(every));
  dark.addEventListener('change', () => report && render());
})();
