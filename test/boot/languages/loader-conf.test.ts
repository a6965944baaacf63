import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confVariables, expandValue, knownVariable, loaderRules, malformedMessage, readConf, readLine, readTree, type LoaderRules, type MalformedReason } from '../../../boot/languages/loader-conf';
import { trials } from '../../trials';

const value = (line: string, rules: LoaderRules): string | undefined => {
  const verdict = readLine(line, rules);
  return verdict.kind === 'setting' ? expandValue(verdict.raw, rules, (name) => (name === 'H' ? 'host' : undefined)).value : undefined;
};
const reason = (line: string, rules: LoaderRules = 'lua-15'): MalformedReason | string => {
  const verdict = readLine(line, rules);
  return verdict.kind === 'malformed' ? verdict.reason : verdict.kind;
};

describe('a line of loader.conf', () => {
  it.each([
    ['a=b', 'b'],
    ['a=-1', '-1'],
    ['a=1.5', '1.5'],
    ['a = "b"', 'b'],
    ['\ta\t=\t"b"\t', 'b'],
    ['a="b" # c', 'b'],
    ['a="b"#c', 'b'],
    ['a=b#c', 'b'],
    ['a=""', ''],
    ['1a="x"', 'x'],
    ['hint.uart.0.flags="0x10"', '0x10'],
    ['a="b"\r', 'b'],
    ['a="x\\y"', 'xy'],
    ['a="b\\nc"', 'bnc'],
    ['a="$H"', 'host'],
    ['a="x${H}y"', 'xhosty'],
    ['a="$nothing"', ''],
    ['exec=echo', 'echo'],
  ])('%s is taken by the Lua loader', (line, expected) => {
    expect(value(line, 'lua-15')).toBe(expected);
    expect(value(line, 'lua-13')).toBe(expected);
  });

  it.each([
    ['a=/sbin/init', 'unquoted-value'],
    ['a=b/c', 'unquoted-value'],
    ['console=comconsole,vidconsole', 'unquoted-value'],
    ["a='b'", 'single-quotes'],
    ['a=', 'missing-value'],
    ['a= # nothing', 'missing-value'],
    ['a=_b', 'unquoted-value'],
    ['a="b" junk', 'after-value'],
    ['a=b junk', 'after-value'],
    ['a="b" c="d"', 'after-value'],
    ['a="b";c="d"', 'after-value'],
    ['export a="b"', 'shell-word'],
    ['set a=b', 'shell-word'],
    ['a+="b"', 'append'],
    ['_a="b"', 'bad-name'],
    ['-a="b"', 'bad-name'],
    ['a="multi', 'unclosed-quote'],
    ['line"', 'no-assignment'],
    ['="b"', 'bad-name'],
    ['a="q\\"r"', 'escaped-quote'],
  ])('%s is malformed: %s', (line, expected) => expect(reason(line)).toBe(expected));

  it('takes a value up to the last quote before 15', () => {
    expect(value('a="q\\"r"', 'lua-13')).toBe('q"r');
    expect(readLine('zfs_load="YES" # not "NO"', 'lua-13')).toMatchObject({ raw: 'YES" # not "NO' });
    expect(readLine('zfs_load="YES" # not "NO"', 'lua-15')).toMatchObject({ raw: 'YES' });
  });

  it('knows module names with dots only since 15', () => {
    expect(readLine('a.b_load="YES"', 'lua-15')).toMatchObject({ field: { module: 'a.b', key: 'load' } });
    expect(readLine('a.b_load="YES"', 'lua-13')).not.toHaveProperty('field');
    expect(readLine('_a_load="YES"', 'lua-15')).toMatchObject({ field: { module: '_a' } });
    expect(readLine('_load="YES"', 'lua-15')).toMatchObject({ kind: 'malformed' });
  });

  it.each([
    ['a="$"', 'Unescaped $ at end of line'],
    ['a="x\\"', 'Stray escape at end of line'],
    ['a="${}"', "Malformed variable expression at position '1'"],
    ['a="${H"', "Malformed variable expression at position '1'"],
  ])('%s is a line, but its value is refused', (line, failure) => {
    const verdict = readLine(line, 'lua-15');
    expect(verdict.kind).toBe('setting');
    expect(verdict.kind === 'setting' && expandValue(verdict.raw, 'lua-15').failure).toBe(failure);
  });

  it('runs exec only in quotes', () => {
    expect(readLine('exec="echo hello"', 'lua-15')).toMatchObject({ kind: 'exec', command: 'echo hello' });
    expect(readLine('exec=echo', 'lua-15')).toMatchObject({ kind: 'setting', name: 'exec' });
  });

  it('is read by the Forth loader in its own way', () => {
    expect(value('a="q\\"r"', 'forth')).toBe('q"r');
    expect(reason('1a="x"', 'forth')).toBe('bad-name');
    expect(reason('a="b"\r', 'forth')).toBe('carriage-return');
    expect(reason('a="b" junk', 'forth')).toBe('after-value');
    expect(reason('a-b="x"', 'forth')).toBe('setting');
    expect(reason('a=/x', 'forth')).toBe('unquoted-value');
  });

  it('never breaks, and its spans lie in the line', () => {
    const piece = fc.constantFrom('a', '_load', '_', '=', '"', ' ', '#', '\\', '$', '{', '}', '/', '\t', '\r', "'", '+', 'YES', '.', 'set ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }).map((all) => all.join('')), fc.constantFrom(...loaderRules), (line, rules) => {
        const verdict = readLine(line, rules);
        for (const key of ['span', 'nameSpan', 'valueSpan'] as const) {
          const span = (verdict as unknown as Record<string, { start: number; end: number } | undefined>)[key];
          if (span === undefined) continue;
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.end).toBeGreaterThanOrEqual(span.start);
          expect(span.end).toBeLessThanOrEqual(line.length);
        }
        if (verdict.kind === 'setting') expect(line.slice(verdict.valueSpan.start, verdict.valueSpan.end)).toBe(verdict.raw);
      }),
      trials(2000),
    );
  });
});

describe('a loader.conf', () => {
  it('counts lines as the loader does: empty ones left out, blank ones not', () => {
    const conf = readConf('a="1"\n\n  \n# c\nbad\n', 'lua-15');
    const bad = conf.lines.find((line) => line.verdict.kind === 'malformed')!;
    expect([bad.index + 1, bad.loaderLine]).toEqual([5, 4]);
    expect(malformedMessage(bad, 'lua-15')).toContain("Malformed line (4): 'bad' (its number leaves out empty lines; in the editor this is line 5)");
  });

  it('is given up by the Forth loader at the first error', () => {
    expect(readConf('a="1"\nbad\nb="2"', 'forth').lines.map((line) => line.reached)).toEqual([true, true, false]);
    expect(readConf('a="1"\nbad\nb="2"', 'lua-15').lines.map((line) => line.reached)).toEqual([true, true, true]);
  });

  it('is one of several, the last assignment wins', () => {
    const files: Record<string, string> = {
      '/boot/loader.conf': 'loader_conf_files="/boot/extra.conf"\nx="1"\nzfs_load="YES"\n',
      '/boot/extra.conf': 'x="2"\nloader_conf_files="/boot/loader.conf"\n',
      '/boot/loader.conf.d/b.conf': 'x="4"\n',
      '/boot/loader.conf.d/a.conf': 'x="3"\n',
      '/boot/loader.conf.d/README': 'x="no"\n',
      '/boot/loader.conf.local': 'x="5${y}"\nzfs_load="yes"\n',
    };
    const list = (folder: string): string[] | undefined => (folder === '/boot/loader.conf.d' ? ['b.conf', 'a.conf', 'README'] : undefined);
    const state = readTree({ read: (path) => files[path], list }, 'lua-15');
    expect(state.assignments.filter((one) => one.setting.name === 'x').map((one) => one.value)).toEqual(['1', '2', '3', '4', '5']);
    expect(state.variables.get('x')?.path).toBe('/boot/loader.conf.local');
    expect(state.modules.get('zfs')?.loaded).toBe(true);
    // Before 14 the local file came with the others, so the folder had the last word.
    expect(readTree({ read: (path) => files[path], list }, 'lua-13').variables.get('x')?.value).toBe('4');
    expect(readTree({ read: (path) => files[path], list }, 'forth').modules.get('zfs')?.loaded).toBe(true);
  });
});

describe('the variables', () => {
  it('are several hundred, each with words and a reader', () => {
    expect(confVariables.length).toBeGreaterThan(500);
    expect(new Set(confVariables.map((one) => one.name)).size).toBe(confVariables.length);
    for (const one of confVariables) {
      expect(one.what, one.name).not.toBe('');
      expect(one.reader.path, one.name).toMatch(/^(sys|stand|sbin|nextbsd-kernel:|geom_ventoy)/);
      if (one.man !== undefined) expect(one.man, one.name).toMatch(/^[\w.-]+\(\d\)$/);
    }
  });

  it('are found by exact name first, then by the longest pattern', () => {
    expect(knownVariable('vfs.zfs.arc.max')?.what).toContain('Largest');
    expect(knownVariable('kern.cam.ada.0.write_cache')?.what).toContain('one ATA disk');
    expect(knownVariable('mydriver.knob')).toBeUndefined();
  });
});
