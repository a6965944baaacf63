import { afterEach, describe, expect, it } from 'vitest';
import type { FreebsdLiveVariant } from '../../guests/freebsd-live/build.mjs';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';
import { boot, closeAll } from './freebsd-guest';

afterEach(closeAll);

interface Mistake {
  readonly variant: FreebsdLiveVariant;
  /** What is wrong in its environment. */
  readonly append: string;
  readonly until: string;
  readonly told: readonly string[];
  /** Faults of the environment, as variable and code. */
  readonly faults?: readonly (readonly [string, string])[];
}

describe('a guest booted with a mistake in its environment', () => {
  it.each<[string, Mistake]>([
    ['no such init', { variant: 'f', append: 'init_path=/nosuch:/nor/this', until: 'panic: no init', told: ['freebsd.no-init'] }],
    ['a wrong label', { variant: 'a', append: 'vfs.root.mountfrom=cd9660:/dev/iso9660/WRONG vfs.mountroot.timeout=1', until: 'mountroot>', told: ['freebsd.wrong-label'] }],
    ['a semicolon between roots', { variant: 'a', append: 'vfs.root.mountfrom=cd9660:/dev/cd0;ufs:/dev/da0 vfs.mountroot.timeout=1', until: 'mountroot>', told: ['freebsd.mountfrom-semicolon'], faults: [['vfs.root.mountfrom', 'bad-separator']] }],
    ['a script that is not there', { variant: 'f', append: 'init_script=/nosuch', until: 'Enter full pathname', told: ['freebsd.init-script-failed'] }],
    ['a disk that is not there', { variant: 'f', append: 'vfs.root.mountfrom=ufs:/dev/ada9 vfs.mountroot.timeout=1', until: 'mountroot>', told: ['freebsd.mountroot-19'] }],
    ['init_exec beside init_script', { variant: 'a', append: 'init_exec=/nosuch', until: 'Trying to mount root', told: [], faults: [['init_script', 'contradicting']] }],
    ['a value longer than the kernel takes', { variant: 'f', append: `hint.test.0.words=${'x'.repeat(140)} debug.note=${'y'.repeat(300)}`, until: 'login:', told: [], faults: [['hint.test.0.words', 'too-long']] }],
    ['a script whose path init cuts', { variant: 'f', append: `init_script=/${'s'.repeat(150)}`, until: 'Enter full pathname', told: ['freebsd.init-script-failed'], faults: [['init_script', 'too-long'], ['init_script', 'truncated']] }],
    ['a root that is no directory of the root filesystem', { variant: 'f', append: 'init_chroot=/nosuch', until: 'login:', told: ['freebsd.chroot-failed'] }],
    ['a root of another filesystem than it says', { variant: 'a', append: 'vfs.root.mountfrom=ufs:/dev/cd0 vfs.mountroot.timeout=1', until: 'mountroot>', told: ['freebsd.mountroot-22'] }],
    ['a filesystem that cannot be a root', { variant: 'a', append: 'vfs.root.mountfrom=nullfs:/dev/cd0 vfs.mountroot.timeout=1', until: 'mountroot>', told: ['freebsd.mountroot-refused'] }],
    ['a number that is none', { variant: 'f', append: 'kern.cam.boot_delay=ten', until: 'login:', told: [], faults: [['kern.cam.boot_delay', 'unparsable']] }],
    ['a root without its filesystem', { variant: 'a', append: 'vfs.root.mountfrom=/dev/iso9660/LIVECD', until: 'mountroot>', told: ['freebsd.mountfrom-malformed'], faults: [['vfs.root.mountfrom', 'no-filesystem-type']] }],
    ['no root asked for', { variant: 'a', append: 'vfs.root.mountfrom=', until: 'mountroot>', told: [], faults: [['vfs.root.mountfrom', 'not-set']] }],
  ])('%s: is told', async (_name, { variant, append, until, told, faults = [] }) => {
    const { chain, context, untilSaid } = await boot(await buildFreebsdLive(), variant, append);
    await untilSaid(until);
    const { failures } = await chain.diagnosis(context('userland'));
    const { variables } = await chain.environment(context('userland'));
    const found = variables.flatMap(({ name, faults: all }) => all.map(({ code }) => [name, code]));
    expect(failures.map(({ code }) => code)).toEqual(told);
    expect(found).toEqual(faults);
  });
});
