import { describe, expect, it } from 'vitest';
import { timeTravelLine } from '../../../debug-adapter/machine/time-travel-line';

const line = (words: string, more: { accel?: 'tcg' | 'asGiven'; qcow2?: readonly string[] } = {}) =>
  timeTravelLine({ argv: ['qemu', ...words.split(' ').filter((word) => word !== '')], accel: more.accel ?? 'tcg', states: '/tmp/a,b/states.qcow2', isQcow2: (file) => (more.qcow2 ?? []).includes(file) });
const tail = (words: string, more: Parameters<typeof line>[1] = {}) => line(words, more).argv.slice(3).join(' ');
const clocks = '-icount shift=3,sleep=off -rtc clock=vm';

describe('a command line that can go back in time', () => {
  it('gets a place for states before every other drive, and a clock that counts instructions', () => {
    const { argv, discarded } = line('-m 256M');
    expect(argv.slice(0, 3)).toEqual(['qemu', '-drive', 'if=none,id=bootscope-states,format=qcow2,file=/tmp/a,,b/states.qcow2']);
    expect(tail('-m 256M')).toBe(`-m 256M ${clocks}`);
    expect(discarded).toEqual([]);
  });

  it.each([
    ['-drive file=a.img,format=raw,if=virtio', '-drive file=a.img,format=raw,if=virtio,snapshot=on', ['a.img']],
    ['-drive file=a.img', '-drive file=a.img,snapshot=on', ['a.img']],
    ['-drive if=pflash,format=raw,unit=1,file=vars.fd', '-drive if=pflash,format=raw,unit=1,file=vars.fd,snapshot=on', ['vars.fd']],
    ['-hda a.img', '-drive index=0,media=disk,file=a.img,snapshot=on', ['a.img']],
    ['-hdd a.img', '-drive index=3,media=disk,file=a.img,snapshot=on', ['a.img']],
    ['a.img', '-drive index=0,media=disk,file=a.img,snapshot=on', ['a.img']],
    ['-fda a.img', '-drive if=floppy,index=0,file=a.img,snapshot=on', ['a.img']],
    ['-pflash vars.fd', '-drive if=pflash,file=vars.fd,snapshot=on', ['vars.fd']],
  ])('discards what is written to a drive that has no snapshots: %s', (given, expected, discarded) => {
    expect(tail(given)).toBe(`${expected} ${clocks}`);
    expect(line(given).discarded).toEqual(discarded);
  });

  it.each([
    '-drive file=a.qcow2,format=qcow2',
    '-drive file=known.qcow2',
    '-hda known.qcow2',
    '-drive file=a.img,snapshot=on',
    '-drive if=pflash,format=raw,readonly=on,file=code.fd',
    '-drive file=a.iso,media=cdrom',
    '-cdrom a.iso',
    '-blockdev driver=raw,node-name=a',
  ])('leaves alone: %s', (given) => {
    expect(tail(given, { qcow2: ['known.qcow2'] })).toBe(`${given} ${clocks}`);
    expect(line(given, { qcow2: ['known.qcow2'] }).discarded).toEqual([]);
  });

  it("keeps the user's own icount and rtc, with the clock of the machine", () => {
    expect(tail('-icount shift=auto -rtc base=2020-01-01')).toBe('-icount shift=auto -rtc base=2020-01-01,clock=vm');
    expect(tail('-rtc base=utc,clock=host -icount 1')).toBe('-rtc base=utc,clock=vm -icount 1');
    expect(tail('-rtc clock=vm -icount 1')).toBe('-rtc clock=vm -icount 1');
  });

  it('takes random numbers of the host away from the processor, unless told otherwise', () => {
    expect(tail('-cpu max')).toBe(`-cpu max,rdrand=off,rdseed=off ${clocks}`);
    expect(tail('-cpu max,+rdrand,rdseed=off')).toBe(`-cpu max,+rdrand,rdseed=off ${clocks}`);
    expect(line('-cpu max').changes.join()).toMatch(/cannot be repeated/);
  });

  it('counts no instructions where the processor is real', () => {
    expect(tail('-enable-kvm', { accel: 'asGiven' })).toBe('-enable-kvm -rtc clock=vm');
    expect(tail('-machine q35,accel=kvm', { accel: 'asGiven' })).toBe('-machine q35,accel=kvm -rtc clock=vm');
    expect(tail('-enable-kvm')).toBe(`-enable-kvm ${clocks}`);
  });

  it('refuses an option without its value', () => {
    expect(() => line('-drive')).toThrow(/BS120/);
  });
});
