import { describe, expect, it } from 'vitest';
import type { Mount } from '../../../debug-adapter/api';
import { withSchemeNames } from '../../../debug-adapter/chains/redox/schemes';
import { unitFromText } from '../../../debug-adapter/chains/redox/unit-files';

const row = (id: number, from: string, on = `scheme number ${id}`, flags = ['user']): Mount => ({ id: `scheme ${id}`, fstype: 'scheme', from, on, flags });
const unit = (id: string, cmd: string, type: string): NonNullable<ReturnType<typeof unitFromText>> => {
  const found = unitFromText(id, `[unit]\n[service]\ncmd = "${cmd}"\ntype = ${type}\n`, 1);
  if (found === undefined) throw new Error(id);
  return found;
};
const names = (rows: readonly Mount[], ...units: ReturnType<typeof unit>[]): string[] => withSchemeNames(rows, units).rows.map(({ on }) => on);

describe("names of processes' schemes", () => {
  it('come from the unit that init registers the scheme for, else from what the daemon asks for itself', () => {
    const rows = [row(1, 'kernel', '/scheme/debug', ['kernel']), row(17, '/scheme/initfs/bin/lived:12'), row(18, '/scheme/initfs/bin/randd:13')];
    const { rows: named, notes } = withSchemeNames(rows, [unit('00_randd.service', 'randd', '{ scheme = "rand" }'), unit('10_lived.service', 'lived', '"notify"')]);
    expect(named.map(({ on }) => on)).toEqual(['/scheme/debug', '/scheme/disk.live', '/scheme/rand']);
    expect(notes).toEqual(['scheme number 17 is taken for /scheme/disk.live: lived serves no other, and that is the name it asks for.', 'scheme number 18 is taken for /scheme/rand: randd serves no other, and 00_randd.service gives it that name.']);
  });
  it('are not guessed where a daemon serves several, a template names it, or nobody says', () => {
    const several = [row(17, 'randd:13'), row(18, 'randd:14')];
    expect(names(several, unit('00_randd.service', 'randd', '{ scheme = "rand" }'))).toEqual(['scheme number 17', 'scheme number 18']);
    expect(names([row(17, 'ramfs:13')], unit('ramfs@.service', 'ramfs', '{ scheme = "$INSTANCE" }'))).toEqual(['scheme number 17']);
    expect(withSchemeNames([row(17, 'ahcid:13')], [])).toEqual({ rows: [row(17, 'ahcid:13')], notes: ["The name of scheme number 17 (ahcid:13) is unknown: because the namespace manager keeps the names of processes' schemes in its own memory, not the kernel."] });
    expect(names([row(17, 'a process that has ended')])).toEqual(['scheme number 17']);
    expect(names([row(17, 'redoxfs:13', '/scheme/file')])).toEqual(['/scheme/file']);
  });
});
