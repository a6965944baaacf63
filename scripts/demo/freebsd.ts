import path from 'node:path';
import { buildFreebsdLive, type FreebsdLiveVariant } from '../../test/guests/freebsd-live/build.mjs';
import type { Narrator } from './narrator';
import { emptyReport, type GuestReport } from './report';
import { Scene } from './scene';

async function start(adapter: string, variant: FreebsdLiveVariant, functions: string[]): Promise<Scene> {
  const guest = await buildFreebsdLive({});
  return Scene.start(
    adapter,
    { chain: variant.startsWith('b') || variant === 'e' ? 'nextbsd' : 'freebsd', qemu: guest.qemu(variant), images: [{ stage: 'kernel', file: guest.kernel }, { stage: 'init', file: guest.programs.init, process: 'init' }] },
    { functions },
  );
}

/** A live CD with a union at /sysroot and chrooted processes: the kernel's mount table and theirs. */
export async function freebsdChroot(adapter: string, tell: Narrator): Promise<GuestReport> {
  const report = emptyReport('freebsd-live', 'freebsd', 'a');
  tell.title('freebsd-live (a): cd9660 root, union at /sysroot, init_chroot');
  const scene = await start(adapter, 'a', ['vfs_mountroot']);
  try {
    const root = await scene.stop();
    report.stops.push(root);
    tell.stop(root);
    tell.environment('the kernel environment:', (await scene.request('bootscope/environment', {})).variables, undefined, /^(vfs\.root|init_)/);

    await scene.set({ functions: ['parse_mount'] });
    const attempt = await scene.run();
    report.stops.push(attempt);
    tell.stop(attempt);

    await scene.set({});
    await scene.resume();
    await scene.serialSays(/login: $/);
    const idle = await scene.pause();
    report.stops.push(idle);
    report.environment = (await scene.request('bootscope/environment', {})).variables;
    tell.environment('the kernel environment at the login prompt:', report.environment, undefined, /^(vfs\.root|init_)/);
    report.mounts = await scene.request('bootscope/mounts', {});
    tell.mounts(report.mounts);
    report.diagnosis = await scene.request('bootscope/diagnosis', {});
    return report;
  } finally {
    await scene.close();
  }
}

/** NextBSD's overlay hook, and the bug that left every process but one on the old root. */
export async function freebsdOverlay(adapter: string, tell: Narrator, variant: 'b' | 'b-bug'): Promise<GuestReport> {
  const report = emptyReport('freebsd-live', 'nextbsd', variant);
  tell.title(variant === 'b' ? 'freebsd-live (b): the vfs.root.overlay hook of NextBSD' : 'freebsd-live (b-bug): the hook as it was, when it moved the root of the current process only');
  const scene = await start(adapter, variant, ['vfs_root_overlay']);
  try {
    const hook = await scene.stop();
    report.stops.push(hook);
    tell.stop(hook);
    const stepped = await scene.stepOver();
    report.stops.push(stepped);
    tell.stop(stepped);

    await scene.set({});
    await scene.resume();
    await scene.serialSays(variant === 'b' ? /login: $/ : /login: $|Enter full pathname|launchd:/);
    await scene.pause();
    report.environment = (await scene.request('bootscope/environment', {})).variables;
    report.mounts = await scene.request('bootscope/mounts', {});
    tell.mounts(report.mounts);
    report.diagnosis = await scene.request('bootscope/diagnosis', {});
    return report;
  } finally {
    await scene.close();
  }
}

/** Where the debug information of the guest's kernel points to. */
export const freebsdSource = async (): Promise<string> => path.join((await buildFreebsdLive({})).source, 'sys/kern');
