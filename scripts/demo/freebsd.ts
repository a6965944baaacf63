import path from 'node:path';
import { buildFreebsdLive, type FreebsdLiveVariant } from '../../test/guests/freebsd-live/build.mjs';
import type { Narrator } from './narrator';
import { emptyReport, mountReport, type GuestReport } from './report';
import { Scene } from './scene';
import { lineOf } from './source';

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

    const mountroot = path.join(await freebsdSource(), 'vfs_mountroot.c');
    await scene.set({ lines: { [mountroot]: [lineOf(mountroot, /Trying to mount root from/)] } });
    const attempt = await scene.run();
    report.stops.push(attempt);
    tell.stop(attempt);

    await scene.clearLines(mountroot);
    await scene.resume();
    await scene.serialSays(/login: $/);
    const idle = await scene.pause();
    report.stops.push(idle);
    report.environment = (await scene.request('bootscope/environment', {})).variables;
    tell.environment('the kernel environment at the login prompt:', report.environment, undefined, /^(vfs\.root|init_)/);
    const mounts = await scene.request('bootscope/mounts', {});
    report.mounts = mountReport(mounts);
    tell.mounts(mounts);
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
    tell.say(`after one step: line ${stepped.line}`);
    const overlay = path.join(await freebsdSource(), 'vfs_root_overlay.c');
    await scene.set({ lines: { [overlay]: [lineOf(overlay, /curproc_only = getenv_is_true/)] } });
    const repoint = await scene.run();
    report.stops.push(repoint);
    tell.stop(repoint);

    await scene.clearLines(overlay);
    await scene.resume();
    await scene.serialSays(variant === 'b' ? /login: $/ : /login: $|Enter full pathname|launchd:/);
    await scene.pause();
    report.environment = (await scene.request('bootscope/environment', {})).variables;
    const mounts = await scene.request('bootscope/mounts', {});
    report.mounts = mountReport(mounts);
    tell.mounts(mounts);
    report.diagnosis = await scene.request('bootscope/diagnosis', {});
    return report;
  } finally {
    await scene.close();
  }
}

/** Where the debug information of the guest's kernel points to. */
const freebsdSource = async (): Promise<string> => path.join((await buildFreebsdLive({})).source, 'sys/kern');
