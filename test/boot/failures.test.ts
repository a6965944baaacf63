import { describe, expect, it } from 'vitest';
import { findFailures } from '../../boot/diagnosis/diagnose';
import { failureRules } from '../../boot/diagnosis/rules';
import { shown, shownByMemory } from './failures-shown';
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

/** Boots that come up after all: the same machine rebooted into a system that works. */
const cameUp = '\n---<<BOOT>>---\nstart_init: trying /sbin/init\ninit: switchroot to /usr /etc\nlogin: ';
/** Told though the boot goes on: something else than the boot is broken, or the log is not of a boot. */
const staysTold = new Set(['freebsd.efi-entry-cut', 'freebsd.efi-entry-refused', 'freebsd.firmware-namespace', 'freebsd.makefs-rounding', 'freebsd.makefs-size', 'qemu.iothread-lock', 'freebsd.chroot-failed', 'nextbsd.overlay-failed', 'test.marker-not-printed', 'test.qemu-not-ended']);

describe('each failure, when a login follows', () => {
  it.each(shown.filter(([code]) => !staysTold.has(code)))('%s is not told any more', (_code, text) => {
    expect(codes(`${text}${cameUp}`)).toEqual([]);
  });
  it('what is told all the same is told for the log it belongs to only', () => {
    for (const code of staysTold) expect(codes('login: '), code).not.toContain(code);
  });
});

describe('failures that memory shows', () => {
  const told = (text: string, facts: Readonly<Record<string, string>>): string[] => findFailures(failureRules, text, new Map(Object.entries(facts))).map((failure) => failure.code);
  it.each(shownByMemory.map((one) => ({ code: one[0], one })))('$code', ({ one: [code, text, facts, cleared, otherwise] }) => {
    expect(told(text, facts)).toEqual([code]);
    expect(told(text, cleared)).toEqual(otherwise === undefined ? [] : [otherwise]);
    for (const { title, cause, evidence } of findFailures(failureRules, text, new Map(Object.entries(facts)))) for (const words of [title, cause, ...evidence.map((piece) => piece.text)]) expect(words).not.toMatch(/\?|\{/);
  });
});

describe('healthy boots', () => {
  it.each(Object.entries(healthy))('nothing is told of: %s', (_name, text) => {
    expect(codes(text)).toEqual([]);
  });
});

describe('the rules among themselves', () => {
  it('are each shown by a text or by memory', () => {
    const covered = new Set([...shown.map(([code]) => code), ...shownByMemory.map(([code]) => code)]);
    expect(failureRules.map(({ code }) => code).filter((code) => !covered.has(code))).toEqual([]);
  });

  it('replace only codes that exist, and never each other', () => {
    const byCode = new Map(failureRules.map((rule) => [rule.code, rule]));
    for (const rule of failureRules)
      for (const replaced of rule.replaces ?? []) {
        expect(byCode.has(replaced), replaced).toBe(true);
        expect(byCode.get(replaced)?.replaces ?? []).not.toContain(rule.code);
      }
  });
});
