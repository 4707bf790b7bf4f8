#!/usr/bin/env node
// Draws bar charts: reads the files that --csv wrote and writes docs/performance/*.svg (or to
// --out). A chart shows the median of a figure that was measured several times. No dependencies.
//   bench/charts.mjs FILE… [--out DIR]
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const SUBJECTS = {
  payara: 'Broadcasty on Payara Micro',
  wildfly: 'Broadcasty on WildFly',
  liberty: 'Broadcasty on Open Liberty',
  nchan: 'nginx + nchan',
  node: 'Node + ws',
};
const TRANSPORTS = {ws: 'WebSocket', sse: 'SSE'};

// ---- figures

const figures = new Map(); // bench/subject/transport/load/figure -> values

function read(file) {
  const [head, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  if (head !== 'bench,subject,transport,load,figure,value') throw new Error(`${file} was not written by --csv`);
  for (const line of lines) {
    const cells = line.split(',');
    const value = Number(cells.pop());
    if (cells.length !== 5 || !Number.isFinite(value)) throw new Error(`${file}: cannot parse: ${line}`);
    const key = cells.join('/');
    figures.set(key, [...(figures.get(key) ?? []), value]);
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Returns the median over all runs; undefined if it was not measured. */
function figure(...path) {
  const values = figures.get(path.join('/'));
  return values && median(values);
}

/** Returns the median over all rounds of all runs. */
function overRounds(bench, subject, transport, name) {
  const values = [...figures].filter(([key]) => {
    const [b, s, t, load, n] = key.split('/');
    return b === bench && s === subject && t === transport && load.startsWith('round-') && n === name;
  });
  return values.length ? median(values.flatMap(([, all]) => all)) : undefined;
}

/**
 * Returns one group for each subject with one bar for each transport; skips bars and groups without
 * a value.
 */
function groups(value) {
  return Object.entries(SUBJECTS)
    .map(([subject, label]) => ({
      label,
      bars: Object.entries(TRANSPORTS)
        .map(([transport, series]) => ({series, ...value(subject, transport)}))
        .filter((bar) => bar.value !== undefined),
    }))
    .filter((group) => group.bars.length);
}

function perFloor(load, name) {
  return groups((subject, transport) => {
    const value = figure('fanout', subject, transport, load, name);
    const floor = figure('fanout', subject, transport, load, `${name}-floor`);
    return {value: value !== undefined && floor > 0 ? value / floor : undefined};
  });
}

// ---- drawing

const WIDTH = 760;
const LEFT = 216; // the labels' column
const RIGHT = 90; // space for a value after the longest bar
const BAR = 18;

const STYLE = `
  svg { --back: #ffffff; --ink: #1f2328; --faint: #59636e; --line: #d1d9e0; --one: #2563c9; --two: #c2570c; --mark: #1f2328; }
  @media (prefers-color-scheme: dark) {
    svg { --back: #0d1117; --ink: #e6edf3; --faint: #9198a1; --line: #3d444d; --one: #6ea8fe; --two: #f0883e; --mark: #e6edf3; }
  }
  text { font: 13px system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; fill: var(--ink); }
  .title { font-size: 16px; font-weight: 600; }
  .value { paint-order: stroke; stroke: var(--back); stroke-width: 4px; }
  .faint { fill: var(--faint); font-size: 12px; }
  .back { fill: var(--back); }
  .grid { stroke: var(--line); stroke-width: 1; }
  .mark { stroke: var(--mark); stroke-width: 2; stroke-dasharray: 4 3; }
  .tick { stroke: var(--mark); stroke-width: 2; }
  .s0 { fill: var(--one); }
  .s1 { fill: var(--two); }
`;

const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

function shown(value) {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Returns 1, 2, 5 or 10 times a power of ten, so that at most six steps cover the range. */
function step(most) {
  const rough = most / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough);
}

/**
 * Draws a chart as SVG.
 *
 * @param chart {title, note, unit, groups: [{label, bars: [{series, value, reference?}]}],
 *   line?: {value, label}, reference?}; a bar's `reference` is shown as a tick on the bar, and the
 *   chart's `reference` is the legend of the ticks
 */
function draw(chart) {
  const measured = new Set(chart.groups.flatMap((group) => group.bars.map((bar) => bar.series)));
  const series = Object.values(TRANSPORTS);
  const values = chart.groups.flatMap((group) => group.bars.flatMap((bar) => [bar.value, bar.reference ?? 0]));
  const most = Math.max(...values, chart.line?.value ?? 0) || 1;
  const x = (value) => LEFT + (value / most) * (WIDTH - LEFT - RIGHT);
  const out = [];
  const text = (at, y, words, more = '') => out.push(`<text x="${at}" y="${y}" ${more}>${escape(words)}</text>`);

  text(20, 30, chart.title, 'class="title"');
  text(20, 50, chart.note, 'class="faint"');
  let legend = 20;
  series.forEach((name, i) => {
    if (!measured.has(name)) return;
    out.push(`<rect x="${legend}" y="64" width="12" height="12" rx="2" class="s${i}"/>`);
    text(legend + 18, 75, name);
    legend += 18 + name.length * 8 + 24;
  });
  if (chart.reference) {
    out.push(`<line x1="${legend + 6}" x2="${legend + 6}" y1="63" y2="77" class="tick"/>`);
    text(legend + 18, 75, chart.reference);
  }

  const top = 100;
  const body = [];
  let y = top;
  for (const group of chart.groups) {
    const height = group.bars.length * (BAR + 4);
    body.push(`<text x="${LEFT - 12}" y="${y + height / 2 + 2}" text-anchor="end">${escape(group.label)}</text>`);
    for (const bar of group.bars) {
      const end = x(bar.value);
      body.push(`<rect x="${LEFT}" y="${y}" width="${Math.max(1, end - LEFT).toFixed(1)}" height="${BAR}" rx="2" class="s${series.indexOf(bar.series)}"/>`);
      let after = end;
      if (bar.reference !== undefined) {
        const at = x(bar.reference).toFixed(1);
        body.push(`<line x1="${at}" x2="${at}" y1="${y - 2}" y2="${y + BAR + 2}" class="tick"/>`);
        after = Math.max(after, x(bar.reference));
      }
      body.push(`<text x="${(after + 6).toFixed(1)}" y="${y + BAR - 4.5}" class="value">${shown(bar.value)}</text>`);
      y += BAR + 4;
    }
    y += 12;
  }
  const size = step(most);
  for (let value = 0; value <= most * 1.0001; value += size) {
    const at = x(value).toFixed(1);
    out.push(`<line x1="${at}" x2="${at}" y1="${top - 8}" y2="${y}" class="grid"/>`);
    text(at, y + 16, String(Number(value.toPrecision(6)).toLocaleString('en-US')), 'class="faint" text-anchor="middle"');
  }
  if (chart.line) {
    const at = x(chart.line.value).toFixed(1);
    out.push(`<line x1="${at}" x2="${at}" y1="${top - 8}" y2="${y}" class="mark"/>`);
    text(at, top - 12, chart.line.label, 'class="faint" text-anchor="middle"');
  }
  out.push(...body);
  text(WIDTH - 20, y + 36, chart.unit, 'class="faint" text-anchor="end"');
  const height = y + 50;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title note">
<title id="title">${escape(chart.title)}</title>
<desc id="note">${escape(chart.note)}</desc>
<style>${STYLE}</style>
<rect width="${WIDTH}" height="${height}" rx="6" class="back"/>
${out.join('\n')}
</svg>
`;
}

// ---- the charts

const CHARTS = {
  'fanout-cpu': () => ({
    title: 'CPU time per delivery at full load',
    note: 'Server CPU time as a multiple of one write(2) without a protocol. Less is better. 1 000 subscribers of one channel.',
    unit: '× floor',
    line: {value: 1, label: 'floor'},
    groups: perFloor('flat', 'cpu'),
  }),
  'fanout-rate': () => ({
    title: 'Deliveries per second at full load',
    note: 'As a multiple of one write(2) per delivery. More is better. 1 000 subscribers, load on the same machine.',
    unit: '× floor',
    line: {value: 1, label: 'floor'},
    groups: perFloor('flat', 'rate'),
  }),
  'fanout-latency': () => ({
    title: 'Latency at 10 000 deliveries per second, p99',
    note: 'From before the publish request until the subscriber reads it. Less is better. 1 000 subscribers.',
    unit: 'ms',
    reference: 'floor, before and after',
    groups: groups((subject, transport) => ({
      value: figure('fanout', subject, transport, 'steady', 'p99'),
      reference: figure('fanout', subject, transport, 'steady', 'p99-floor'),
    })),
  }),
  'connection-memory': () => ({
    title: 'Memory per idle connection',
    note: 'Heap after a full collection and other resident memory, per connection. Less is better.',
    unit: 'KB',
    groups: groups((subject, transport) => ({
      value: figure('crowd', subject, transport, 'idle', 'memory') ?? figure('fanout', subject, transport, 'idle', 'memory'),
    })),
  }),
  'stall-latency': () => ({
    title: 'One of 1 000 subscribers stops reading: p99 of the others',
    note: '10 000 deliveries per second. The tick is the p99 before it stopped; the goal is at most 1.2 times that.',
    unit: 'ms',
    reference: 'p99 before it stopped',
    groups: groups((subject, transport) => ({
      value: overRounds('stall', subject, transport, 'p99-with'),
      reference: overRounds('stall', subject, transport, 'p99-without'),
    })),
  }),
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));
let out = join(root, 'docs', 'performance');
const files = [];
for (let i = 2; i < process.argv.length; i++) {
  if (process.argv[i] === '--out') out = process.argv[++i];
  else files.push(process.argv[i]);
}
if (!files.length || !out || files.some((file) => file.startsWith('-'))) {
  console.error('usage: bench/charts.mjs FILE… [--out DIR]\n\nFILEs are those that --csv of the benchmarks wrote; the default of DIR is docs/performance');
  process.exit(2);
}
files.forEach(read);
mkdirSync(out, {recursive: true});
for (const [name, chart] of Object.entries(CHARTS)) {
  const made = chart();
  if (!made.groups.length) continue; // this benchmark has not been run
  writeFileSync(join(out, `${name}.svg`), draw(made));
  console.log(join(out, `${name}.svg`));
}
