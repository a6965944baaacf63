import fc from 'fast-check';
import type { State } from '../../../extension/views/boot-chain/state';
import { fill, type Say } from '../../../extension/views/drawing/figures';

/** Texts as they are, untranslated. */
export const say: Say = (text, ...values) => fill(text, values);

/** What a hostile guest or file might hold: markup, handlers, addresses, control and bidi characters, lone surrogates, and very long runs. */
export const hostile = fc.oneof(
  fc.constantFrom(
    '<img src=x onerror=alert(1)>',
    '</script><script>alert(1)</script>',
    '"><svg/onload=alert(1)>',
    'javascript:alert(1)',
    "' onclick='alert(1)",
    '&lt;b&gt;&amp;',
    ']]><!--',
    '\u202etxt.exe',
    '\u0000\u0007\u001b]0;x\u0007',
    '\ud800',
    '{0}{1}',
    '__proto__',
    'constructor',
    'A'.repeat(3000),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

const src = fc.record({ path: hostile, line: fc.nat(5000) });
const known = fc.oneof(hostile, fc.record({ unknown: hostile }));
const stage = fc.constantFrom('firmware', 'loader', 'kernel', 'init', 'userland', 'login');
const ms = fc.double({ min: 0, max: 1e7, noNaN: true });
const mount = fc.record({ id: hostile, fstype: hostile, from: hostile, on: hostile, flags: fc.array(hostile, { maxLength: 3 }), covers: hostile }, { requiredKeys: ['id', 'fstype', 'from', 'on', 'flags'] });
const viewMount = fc.record({ id: hostile, fstype: hostile, from: hostile, on: hostile, flags: fc.array(hostile, { maxLength: 2 }), visiblePath: hostile, differs: fc.record({ code: hostile, message: hostile }) }, { requiredKeys: ['id', 'fstype', 'from', 'on', 'flags'] });
const size = fc.oneof(fc.nat(2 ** 31), fc.record({ unknown: hostile }));

const failed = fc.record({ failed: hostile });
const unitId = fc.oneof(hostile, fc.constantFrom('a.service', 'b.target'));
const initStage = fc.constantFrom(1, 2);
/** The units of files, as the language server answers. */
const graph = fc.record({
  init: fc.constant('redox'),
  stages: fc.constant([{ stage: 1, name: 'From the initfs' }, { stage: 2, name: 'From the root' }]),
  nodes: fc.array(fc.record({ id: unitId, kind: fc.constantFrom('service', 'target', 'script'), stage: initStage, order: fc.nat(99), description: hostile, source: src, conditions: fc.array(hostile, { maxLength: 2 }), provides: fc.array(hostile, { maxLength: 2 }), replaces: fc.constant([]) }, { requiredKeys: ['id', 'kind', 'stage', 'conditions', 'provides', 'replaces'] }), { maxLength: 6 }),
  edges: fc.array(fc.record({ from: unitId, to: unitId, kind: fc.constant('requires'), stage: initStage }), { maxLength: 6 }),
  problems: fc.array(fc.record({ code: hostile, severity: fc.constant('error'), message: hostile, units: fc.array(unitId, { maxLength: 2 }), source: src }, { requiredKeys: ['code', 'severity', 'message', 'units'] }), { maxLength: 2 }),
});

/** Anything the adapter could answer, made of hostile texts. */
export const anyState: fc.Arbitrary<State> = fc.record({
  tab: fc.constantFrom('timeline', 'environment', 'mounts', 'reads', 'units'),
  session: hostile,
  machine: fc.constantFrom('none', 'running', 'stopped', 'ended'),
  words: fc.constant({}),
  contents: fc.record({
    timeline: fc.record({
      stages: fc.record({ current: fc.oneof(stage, fc.constant(null)), stages: fc.array(fc.record({ id: stage, name: hostile, enteredMs: ms, leftMs: ms, space: hostile, evidence: fc.array(fc.record({ kind: fc.constantFrom('breakpoint', 'serial', 'memory'), text: hostile, source: src }, { requiredKeys: ['kind', 'text'] }), { maxLength: 3 }) }, { requiredKeys: ['id', 'name', 'evidence'] }), { maxLength: 6 }) }),
      checkpoints: fc.oneof(fc.record({ failed: hostile }), fc.record({ checkpoints: fc.array(fc.record({ id: hostile, name: hostile, stage, atMs: ms, reason: fc.constantFrom('stage', 'manual'), where: hostile, source: src }), { maxLength: 3 }) })),
      nowMs: ms,
    }),
    environment: fc.record({
      environment: fc.oneof({ arbitrary: failed, weight: 1 }, { weight: 6, arbitrary: fc.record({ variables: fc.array(fc.record({ name: hostile, values: fc.array(fc.record({ stage, value: known, origin: src, address: hostile }, { requiredKeys: ['stage', 'value'] }), { maxLength: 3 }), readers: fc.array(fc.record({ name: hostile, source: src, seen: fc.record({ process: hostile, stage, times: fc.nat(99) }) }, { requiredKeys: ['name'] }), { maxLength: 2 }), meaning: hostile, editable: fc.boolean(), faults: fc.array(fc.record({ code: hostile, message: hostile }), { maxLength: 2 }) }), { maxLength: 4 }) }) }),
      breaksOn: fc.array(hostile, { maxLength: 2 }),
    }),
    mounts: fc.record({
      mounts: fc.record({ kernel: fc.array(mount, { maxLength: 4 }), views: fc.array(fc.record({ process: hostile, root: known, mounts: fc.array(viewMount, { maxLength: 4 }) }), { maxLength: 2 }) }),
      history: fc.record({ stops: fc.array(fc.record({ n: fc.nat(9), atMs: ms, stage, reason: hostile, mounts: fc.array(mount, { maxLength: 2 }), changes: fc.constant([]), by: fc.record({ function: hostile, source: src }) }), { maxLength: 2 }) }),
    }),
    reads: fc.record({ reads: fc.record({ preload: fc.oneof(fc.record({ address: hostile, size: fc.nat(2 ** 31) }), fc.record({ unknown: hostile })), filesystemSize: size, blockSize: size, reads: fc.array(fc.record({ n: fc.nat(), block: fc.nat(), offset: fc.nat(), length: fc.nat(2 ** 20), result: hostile, by: hostile, source: src, stack: fc.nat(2), kind: fc.constant('write'), servedBy: hostile }, { requiredKeys: ['n', 'block', 'offset', 'length', 'result', 'by'] }), { maxLength: 5 }), stacks: fc.oneof(fc.record({ unknown: hostile }), fc.array(fc.array(fc.record({ function: hostile, source: src }, { requiredKeys: ['function'] }), { maxLength: 4 }), { maxLength: 3 })), advice: hostile, recording: fc.boolean(), verdict: fc.oneof(fc.record({ unknown: hostile }), fc.record({ outcome: fc.constantFrom('works', 'by-luck', 'fails', 'unknown'), sentence: hostile, needed: fc.nat(), image: hostile })), disks: fc.array(fc.record({ disk: hostile, outcome: hostile, error: hostile, ioError: hostile }, { requiredKeys: ['disk', 'outcome'] }), { maxLength: 2 }), unknown: hostile }, { requiredKeys: ['preload', 'filesystemSize', 'blockSize', 'reads'] }) }),
    units: fc.record({ units: fc.oneof(failed, fc.record({ units: fc.array(fc.record({ id: hostile, description: hostile, kind: fc.constantFrom('service', 'target', 'script'), requires: fc.array(hostile, { maxLength: 3 }), state: fc.oneof(fc.constantFrom('done', 'running', 'waiting', 'failed', 'not-reached'), fc.record({ unknown: hostile })), order: fc.nat(99), startedMs: ms, endedMs: ms, waitsFor: fc.array(hostile, { maxLength: 2 }), source: src, evidence: fc.array(fc.record({ kind: fc.constant('serial'), text: hostile }), { maxLength: 2 }) }, { requiredKeys: ['id', 'kind', 'requires', 'state', 'evidence'] }), { maxLength: 6 }) })), graph }, { requiredKeys: [] }),
  }),
  asked: fc.oneof(
    fc.record({ kind: fc.constant('resolvePath'), path: hostile, answer: fc.record({ kernel: fc.record({ mount, path: hostile }), process: fc.record({ unknown: hostile }), processId: hostile, agree: fc.boolean(), sentence: hostile }) }),
    fc.record({ kind: fc.constant('efiBootEntry'), loader: hostile, answer: fc.record({ devicePath: known, stored: known, correct: known, agrees: fc.boolean(), why: hostile, call: hostile, entries: fc.array(fc.record({ name: hostile, label: hostile, devicePath: hostile, same: fc.array(hostile, { maxLength: 2 }) }), { maxLength: 3 }), entriesFrom: fc.constantFrom('firmware', 'console'), duplicates: fc.array(hostile, { maxLength: 2 }) }) }),
  ),
}) as fc.Arbitrary<unknown> as fc.Arbitrary<State>;
