import { describe, expect, it } from 'vitest';
import { findFailures } from '../../boot/diagnosis/diagnose';
import { failureRules } from '../../boot/diagnosis/rules';
import { shown } from './failures-shown';
import { healthy } from './healthy-boots';

const codes = (text: string): string[] => findFailures(failureRules, text).map((failure) => failure.code);

describe('each failure', () => {
  it.each(shown)('%s is told from its text, and nothing beside it', (code, text, ...others) => {
    expect(new Set(codes(text))).toEqual(new Set([code, ...others]));
  });
  it.each(shown)('%s leaves no hole in its words', (_code, text) => {
    for (const { title, cause, fix } of findFailures(failureRules, text)) for (const words of [title, cause, fix]) expect(words).not.toMatch(/\{\w+\}/);
  });
  it.each(shown)('%s is told behind terminal control and carriage returns too', (code, text) => {
    expect(codes(`\x1b[2J\x1b[01;01H${text.replaceAll('\n', '\r\n')}`)).toContain(code);
  });
});

describe('healthy boots', () => {
  it.each(Object.entries(healthy))('nothing is told of: %s', (_name, text) => {
    expect(codes(text)).toEqual([]);
  });
});

describe('the rules among themselves', () => {
  it('replace only codes that exist, and never each other', () => {
    const byCode = new Map(failureRules.map((rule) => [rule.code, rule]));
    for (const rule of failureRules)
      for (const replaced of rule.replaces ?? []) {
        expect(byCode.has(replaced), replaced).toBe(true);
        expect(byCode.get(replaced)?.replaces ?? []).not.toContain(rule.code);
      }
  });
});
