import { describe, expect, it } from 'vitest';
import type { Core } from '../../../debug-adapter/session/core';
import { ShownMemory } from '../../../debug-adapter/session/inspection/shown-memory';
import type { Target } from '../../../debug-adapter/session/target';
import { written } from '../../../debug-adapter/session/written';

const scene = (supports: boolean): { sent: unknown[]; shown: ShownMemory; core: Core; target: Target; forgotten: string[] } => {
  const sent: unknown[] = [];
  const forgotten: string[] = [];
  const shown = new ShownMemory();
  const core = { client: { supportsMemory: supports, supportsInvalidated: supports }, send: (event: string, body: object) => sent.push([event, body]) } as unknown as Core;
  const target = { inspector: { written: () => forgotten.push('stacks'), shownMemory: shown }, breakpoints: { memoryWritten: () => forgotten.push('old values') } } as unknown as Target;
  return { sent, shown, core, target, forgotten };
};

describe('after a write', () => {
  it('an editor that takes no such events gets none, and what was known is forgotten all the same', () => {
    const { sent, shown, core, target, forgotten } = scene(false);
    shown.read({ memoryReference: '0x1000', offset: 0, count: 16 });
    written(core, target, { range: { memoryReference: '0x1000', offset: 0, count: 2 }, tellValues: true });
    expect(sent).toEqual([]);
    expect(forgotten).toEqual(['stacks', 'old values']);
  });

  it('each reference that is shown is named once, with all that was read of it', () => {
    const { sent, shown, core, target } = scene(true);
    shown.read({ memoryReference: '0x1000', offset: 64, count: 16 });
    shown.read({ memoryReference: '0x2000', offset: 0, count: 8 });
    shown.read({ memoryReference: '0x1000', offset: -16, count: 16 });
    written(core, target);
    expect(sent).toEqual([
      ['memory', { memoryReference: '0x2000', offset: 0, count: 8 }],
      ['memory', { memoryReference: '0x1000', offset: -16, count: 96 }],
    ]);
    shown.forget();
    sent.length = 0;
    written(core, target, { tellValues: true });
    expect(sent).toEqual([['invalidated', { areas: ['variables'] }]]);
  });

  it('remembers no more than an editor can show', () => {
    const shown = new ShownMemory();
    for (let n = 0; n < 1000; n++) shown.read({ memoryReference: `0x${n.toString(16)}`, offset: 0, count: 1 });
    expect(shown.all.length).toBeLessThanOrEqual(64);
    expect(shown.all.at(-1)?.memoryReference).toBe('0x3e7');
  });
});
