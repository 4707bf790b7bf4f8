// Runs the rounds of bench/sdk and prints the table: node compare.mjs ROUNDS MESSAGES. Fails if
// another client needs less CPU time than Broadcasty's.
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const [rounds, messages] = process.argv.slice(2).map(Number);
const SIZES = [100, 1024];
const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
const PEERS = {
  broadcasty: '@broadcasty/client, v2',
  'broadcasty-16': '@broadcasty/client, v2, 16 per frame',
  'broadcasty-v1': '@broadcasty/client, v1',
  centrifuge: `centrifuge ${version('centrifuge')}`,
  'centrifuge-16': `centrifuge ${version('centrifuge')}, 16 per frame`,
  pusher: `pusher-js ${version('pusher-js')}`,
};

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

function measure(client, bytes) {
  const script = fileURLToPath(new URL('measure.mjs', import.meta.url));
  return JSON.parse(execFileSync(process.execPath, ['--expose-gc', script, client, String(bytes), String(messages)], {encoding: 'utf8'}));
}

const row = (...cells) => `| ${cells[0].padEnd(36)} | ${cells.slice(1).map((cell) => String(cell).padStart(13)).join(' | ')} |`;
console.log(row('client', 'payload', 'per message', 'messages/s', 'min-max', 'CPU µs', '× Broadcasty'));
console.log(`| ${'-'.repeat(36)} |${' ------------: |'.repeat(6)}`);
let behind = false;
for (const bytes of SIZES) {
  const figures = new Map(Object.keys(PEERS).map((client) => [client, []]));
  for (let round = 0; round < rounds; round++) {
    for (const client of round % 2 ? [...figures.keys()].reverse() : figures.keys()) {
      figures.get(client).push(measure(client, bytes));
    }
    console.error(`${bytes} bytes, round ${round + 1} of ${rounds}`);
  }
  const rates = (client) => figures.get(client).map(({perSecond}) => perSecond);
  const cpu = (client) => median(figures.get(client).map(({cpuMicros}) => cpuMicros));
  const reference = cpu('broadcasty');
  for (const [client, name] of Object.entries(PEERS)) {
    const all = rates(client);
    behind ||= !client.startsWith('broadcasty') && cpu(client) < reference;
    const spread = `${Math.round(Math.min(...all) / 1000)}k-${Math.round(Math.max(...all) / 1000)}k`;
    console.log(row(name, `${bytes} bytes`, `${figures.get(client)[0].bytes} bytes`, Math.round(median(all)), spread, cpu(client).toFixed(2), (cpu(client) / reference).toFixed(2)));
  }
}
console.log(`\ngoal: less CPU time than all other clients; ${behind ? 'missed' : 'met'}`);
process.exit(behind ? 1 : 0);
