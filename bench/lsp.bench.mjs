// The language server, over LSP messages: diagnostics after a keystroke against a full parse of the same file by web-tree-sitter;
// completion behind a keystroke; looking through a workspace of 20,000 files against find(1). Figures called `.cpu` are the processor time
// of the main thread, on both sides: on a busy machine most of the time between a message and its answer is spent waiting for a processor.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { root } from '../scripts/setup/ensure.mjs';

const loaderConf = () => Array.from({ length: 5000 }, (_, i) => (i % 7 === 0 ? `# comment ${i}` : i % 11 === 0 ? `module${i}_load="YES"` : `kern.group${i % 90}.knob${i}="${i}" # why`)).join('\n');
const initScript = () =>
  `#!/rescue/sh\n${Array.from({ length: 400 }, (_, i) => `if [ -e /dev/md${i} ]; then\n  kenv live.${i}="v${i}"\n  mount -t tmpfs tmpfs "/sysroot/$dir${i}" || exit 1\nfi\nn=$((n + ${i}))`).join('\n')}\n`;

/** A server on stdio and the few messages needed here. */
class Client {
  constructor(folder) {
    this.process = spawn(process.execPath, [path.join(root, 'dist/language-server.js'), '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.waiting = new Map();
    let rest = Buffer.alloc(0);
    this.process.stdout.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const head = rest.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = Number(/Content-Length: (\d+)/i.exec(rest.subarray(0, head).toString())[1]);
        if (rest.length < head + 4 + length) return;
        const message = JSON.parse(rest.subarray(head + 4, head + 4 + length).toString());
        rest = rest.subarray(head + 4 + length);
        const name = message.method ?? message.id;
        this.waiting.get(name)?.();
        this.waiting.delete(name);
      }
    });
    this.send({ id: 1, method: 'initialize', params: { processId: null, rootUri: null, capabilities: {}, workspaceFolders: folder === undefined ? [] : [{ uri: pathToFileURL(folder).href, name: 'w' }] } });
  }
  send(message) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
  next(name) {
    return new Promise((resolve) => this.waiting.set(name, resolve));
  }
  stop() {
    this.process.kill();
  }
}

/** Processor time that the main thread of a process has had, in ms (/proc/PID/task/TID/schedstat). */
const processorTime = (pid) => Number(fs.readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
const middle = (times) => times.sort((a, b) => a - b)[times.length >> 1];

/** Median time from a typed character to its diagnostics, and processor time of it, in ms. */
async function keystroke(file, text) {
  const client = new Client();
  await client.next(1);
  const indexed = client.next('bootscope/indexed');
  client.send({ method: 'initialized', params: {} });
  await indexed;
  const uri = pathToFileURL(file).href;
  let shown = client.next('textDocument/publishDiagnostics');
  client.send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'x', version: 1, text } } });
  await shown;
  const [times, busy] = [[], []];
  for (let version = 2; version < 32; version++) {
    const started = performance.now();
    const had = processorTime(client.process.pid);
    shown = client.next('textDocument/publishDiagnostics');
    client.send({ method: 'textDocument/didChange', params: { textDocument: { uri, version }, contentChanges: [{ range: { start: { line: 1, character: 1 }, end: { line: 1, character: 1 } }, text: 'x' }] } });
    await shown;
    times.push(performance.now() - started);
    busy.push(processorTime(client.process.pid) - had);
  }
  client.stop();
  return [middle(times), middle(busy)];
}

/** Median time of a completion request right behind a typed character, and the processor time of one alone, in ms. */
async function completion(file, text, line, character) {
  const client = new Client();
  await client.next(1);
  const indexed = client.next('bootscope/indexed');
  client.send({ method: 'initialized', params: {} });
  await indexed;
  const uri = pathToFileURL(file).href;
  const shown = client.next('textDocument/publishDiagnostics');
  client.send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'x', version: 1, text } } });
  await shown;
  const [times, busy] = [[], []];
  for (let version = 2; version < 32; version++) {
    const told = client.next('textDocument/publishDiagnostics');
    client.send({ method: 'textDocument/didChange', params: { textDocument: { uri, version }, contentChanges: [{ range: { start: { line, character }, end: { line, character } }, text: 'k' }] } });
    const started = performance.now();
    const answered = client.next(version);
    client.send({ id: version, method: 'textDocument/completion', params: { textDocument: { uri }, position: { line, character: character + 1 } } });
    await answered;
    times.push(performance.now() - started);
    await told;
    const had = processorTime(client.process.pid);
    const again = client.next(version + 1000);
    client.send({ id: version + 1000, method: 'textDocument/completion', params: { textDocument: { uri }, position: { line, character: character + 1 } } });
    await again;
    busy.push(processorTime(client.process.pid) - had);
  }
  client.stop();
  return [middle(times), middle(busy)];
}

/** A full parse by web-tree-sitter, median of 15: time and processor time, in ms. */
async function parse(wasm, text) {
  const { Language, Parser } = await import('web-tree-sitter');
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(fs.readFileSync(path.join(root, 'dist', wasm))));
  const [times, busy] = [[], []];
  for (let run = 0; run < 15; run++) {
    const started = performance.now();
    const had = processorTime(process.pid);
    parser.parse(text).delete();
    times.push(performance.now() - started);
    busy.push(processorTime(process.pid) - had);
  }
  return [middle(times), middle(busy)];
}

export async function benches() {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-bench-lsp-'));
  process.on('exit', () => fs.rmSync(base, { recursive: true, force: true }));
  let tree;
  const workspace = () => {
    if (tree !== undefined) return tree;
    tree = path.join(base, 'tree');
    for (let i = 0; i < 400; i++) {
      const folder = path.join(tree, `a${i % 20}`, `b${i}`);
      fs.mkdirSync(folder, { recursive: true });
      for (let j = 0; j < 50; j++) fs.writeFileSync(path.join(folder, `file${j}.c`), 'int x;\n');
    }
    return tree;
  };
  const edit = (name, file, text, wasm) => ({
    figures: [
      { name, unit: 'ms' },
      { name: `${name}.cpu`, unit: 'ms' },
    ],
    peerName: 'full web-tree-sitter parse',
    ours: () => keystroke(path.join(base, file), text),
    peer: () => parse(wasm, text),
  });
  const complete = (name, file, text, line, character) => ({
    figures: [
      { name, unit: 'ms' },
      { name: `${name}.cpu`, unit: 'ms' },
    ],
    reason: 'no peer; the goal is 20 ms',
    ours: () => completion(path.join(base, file), text, line, character),
  });
  return [
    edit('lsp.loaderconf5000', 'loader.conf', loaderConf(), 'tree-sitter-loader-conf.wasm'),
    edit('lsp.initsh2000', 'init.sh', initScript(), 'tree-sitter-bash.wasm'),
    complete('lsp.completion.loaderconf5000', 'loader.conf', `\n${loaderConf()}`, 0, 0),
    complete('lsp.completion.initsh2000', 'init.sh', initScript().replace('\n', '\nkenv \n'), 1, 5),
    {
      figures: [{ name: 'lsp.workspace20000', unit: 'ms' }],
      peerName: 'find',
      ours: async () => {
        const client = new Client(workspace());
        await client.next(1);
        const started = performance.now();
        const indexed = client.next('bootscope/indexed');
        client.send({ method: 'initialized', params: {} });
        await indexed;
        client.stop();
        return [performance.now() - started];
      },
      peer: async () => {
        const started = performance.now();
        spawnSync('find', [workspace()], { stdio: 'ignore' });
        return [performance.now() - started];
      },
    },
  ];
}
