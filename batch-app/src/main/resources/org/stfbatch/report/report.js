'use strict';
(() => {
  const report = JSON.parse(document.getElementById('data').textContent);
  // Okabe and Ito's colours: told apart with any kind of colour vision; patterns tell them apart without.
  const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#999999'];
  const STAGES = [
    ['fetch', 'Fetch images'], ['image_decode', 'Decode images'], ['vision', 'Vision'],
    ['prefill', 'Prefill'], ['decode', 'Generate'],
    ['input_wait', 'Wait for input'], ['answer_wait', 'Wait for answers'], ['database', 'Database']];
  const WORK = STAGES.slice(0, 5);
  const STEP = STAGES.slice(5);
  const byId = id => document.getElementById(id);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const charts = [];

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function number(value) {
    const digits = Number.isInteger(value) ? 0 : Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 1 ? 2 : 4;
    return value.toLocaleString('en', {maximumFractionDigits: digits});
  }

  function clock(seconds) {
    if (seconds < 60) return number(seconds) + ' s';
    const whole = Math.round(seconds);
    const two = n => String(n).padStart(2, '0');
    return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)} h`;
  }

  function shown(fact) {
    if (fact.unit === 's') return clock(fact.value);
    if (fact.unit === 'share') return number(100 * fact.value) + ' %';
    return number(fact.value) + (fact.unit === 'MiB' ? ' MiB' : '');
  }

  function table(header, rows) {
    const cell = (tag, value) => element(tag, {className: typeof value === 'number' ? 'n' : ''},
        typeof value === 'number' ? number(value) : value);
    return element('table', {},
        element('thead', {}, element('tr', {}, ...header.map(name => element('th', {scope: 'col'}, name)))),
        element('tbody', {}, ...rows.map(row => element('tr', {}, ...row.map(value => cell('td', value))))));
  }

  function draw(id, title, option) {
    const place = byId(id);
    place.tabIndex = 0;
    place.setAttribute('role', 'img');
    charts.push({place, title, option});
  }

  function paint() {
    for (const chart of charts) {
      chart.drawn?.dispose();
      chart.drawn = echarts.init(chart.place, dark.matches ? 'dark' : null);
      chart.drawn.setOption({
        backgroundColor: 'transparent', color: COLOURS, animation: false,
        aria: {enabled: true, decal: {show: true}, label: {description: chart.title}},
        grid: {left: 60, right: 20, top: 50, bottom: 40}, tooltip: {trigger: 'axis'}, legend: {top: 8},
        ...chart.option});
    }
    document.body.dataset.painted = String(charts.length);
    document.body.dataset.paintedMillis = String(performance.now());
  }

  function header() {
    byId('run').textContent = 'Run ' + report.run;
    const places = report.places.map(p => `${p.device} in ${p.dtype}, batch ${p.batch}, model ${p.model_fingerprint}`);
    const time = instant => instant.slice(0, 19).replace('T', ' ') + ' UTC';
    byId('when').textContent =
        (report.started ? `${time(report.started)} to ${time(report.finished)}` : 'not begun')
        + (places.length ? ' · ' + places.join('; ') : '') + ` · as of ${time(report.made_at)}`;
  }

  function facts() {
    byId('facts').append(...report.facts.map(fact => {
      const value = element('dd', {}, shown(fact));
      value.dataset.fact = fact.name;
      value.dataset.value = String(fact.value);
      return element('div', {}, element('dt', {}, fact.label), value);
    }));
  }

  function stages() {
    const seconds = report.seconds;
    const all = list => list.reduce((sum, [key]) => sum + seconds[key], 0);
    const longest = list => list.reduce((a, b) => (seconds[a[0]] >= seconds[b[0]] ? a : b));
    const share = ([key, label], list) => `${label.toLowerCase()} (${number(100 * seconds[key] / all(list))} %)`;
    if (all(STEP) > 0) {
      byId('limit').textContent = `The run mostly stood in: ${share(longest(STEP), STEP)}.`
          + (all(WORK) > 0 ? ` Of the work, most was: ${share(longest(WORK), WORK)}.` : '');
    }
    const rows = ['The step', 'The work, all threads and devices'];
    draw('stages', 'Seconds by stage', {
      tooltip: {trigger: 'item', valueFormatter: clock}, grid: {left: 20, right: 20, top: 70, bottom: 40, containLabel: true},
      xAxis: {type: 'value', name: 's'}, yAxis: {type: 'category', data: rows},
      series: STAGES.map(([key, label]) => ({
        name: label, type: 'bar', stack: 'all', barMaxWidth: 60,
        data: WORK.some(one => one[0] === key) ? [0, seconds[key]] : [seconds[key], 0]}))});
    byId('stages-table').append(table(['Stage', 'Seconds'], STAGES.map(([key, label]) => [label, seconds[key]])));
  }

  function overTime() {
    const rate = key => report.timeline.map(slice => [slice.second, slice[key] / slice.width]);
    const lines = [['images', 'Images'], ['jobs', 'Questions'], ['generated_tokens', 'Tokens'], ['failures', 'Failures']];
    const axis = {type: 'value', name: 's', nameGap: 8};
    draw('speed', 'Images, questions, tokens and failures a second over time', {
      xAxis: axis, yAxis: [{type: 'value', name: '1/s'}, {type: 'value', name: 'tokens/s', splitLine: {show: false}}],
      grid: {left: 60, right: 60, top: 60, bottom: 40},
      series: lines.map(([key, label], i) => ({
        name: label, type: 'line', symbol: ['circle', 'rect', 'triangle', 'diamond'][i], symbolSize: 6,
        yAxisIndex: key === 'generated_tokens' ? 1 : 0, data: rate(key)}))});
    byId('speed-table').append(table(['From second', ...lines.map(line => line[1] + '/s')],
        report.timeline.map(slice => [slice.second, ...lines.map(([key]) => slice[key] / slice.width)])));
    draw('over', 'Seconds of work by stage over time', {
      xAxis: {type: 'category', data: report.timeline.map(slice => number(slice.second)), name: 's', nameGap: 8},
      yAxis: {type: 'value', name: 's'}, grid: {left: 60, right: 20, top: 60, bottom: 40},
      series: WORK.map(([key, label]) => ({
        name: label, type: 'bar', stack: 'all', data: report.timeline.map(slice => slice.seconds[key])}))});
  }

  function histogram(id, title, bins) {
    const name = bin => (bin.from === bin.to ? `${bin.from}` : `${bin.from}–${bin.to}`);
    draw(id, title, {
      title: {text: title, left: 10, top: 8, textStyle: {fontSize: 14, fontWeight: 'normal'}}, legend: {show: false},
      xAxis: {type: 'category', data: bins.map(name), name: ''}, yAxis: {type: 'value', name: ''},
      series: [{name: 'Answers', type: 'bar', data: bins.map(bin => bin.answers)}]});
    byId(id + '-table').append(table([title, 'Answers'], bins.map(bin => [name(bin), bin.answers])));
  }

  function samples(id, list) {
    byId(id).append(...list.map(sample => {
      const picture = sample.thumbnail
          ? element('img', {src: sample.thumbnail, alt: sample.image})
          : element('span', {className: 'none'}, sample.image ? 'no picture' : 'text only');
      return element('article', {}, picture, element('div', {className: 'text'},
          element('code', {}, sample.custom_id + (sample.code ? ' · ' + sample.code : '')),
          element('p', {}, sample.prompt), element('p', {className: 'outcome'}, sample.outcome)));
    }));
  }

  function failures() {
    byId('failures-section').hidden = report.failures.length === 0;
    byId('failures').append(table(['Code', 'Stage', 'Jobs', 'For example'],
        report.failures.map(group => [group.code, group.stage, group.count, group.example])));
    samples('failed', report.failed_samples);
  }

  function comparison() {
    byId('compare-section').hidden = report.others.length === 0;
    const other = (run, name) => run.facts.find(fact => fact.name === name);
    byId('compare').append(table(['', report.run, ...report.others.map(run => run.run)],
        report.facts.map(fact => [fact.label, shown(fact), ...report.others.map(run => {
          const theirs = other(run, fact.name);
          if (!theirs) return '–';
          const change = theirs.value ? ` (this run ${number(100 * (fact.value / theirs.value - 1))} %)` : '';
          return shown(theirs) + change;
        })])));
  }

  header();
  facts();
  stages();
  overTime();
  histogram('generated', 'Tokens generated', report.generated_tokens);
  histogram('prompts', 'Prompt tokens', report.prompt_tokens);
  failures();
  comparison();
  samples('answered', report.answered_samples);
  paint();
  dark.addEventListener('change', paint);
  addEventListener('resize', () => charts.forEach(chart => chart.drawn.resize()));
})();
