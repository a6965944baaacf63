import * as path from 'node:path';
import type { Say } from '../../views/drawing/figures';
import { debugType } from '../debug-type';
import type { QemuTarget } from './makefile';
import type { BootFile } from './recognise';

/** A debug configuration that can be started as it stands. Files are relative to the workspace folder, with `/`. */
export interface Offer {
  readonly type: typeof debugType;
  readonly request: 'launch' | 'attach';
  readonly name: string;
  readonly [attribute: string]: unknown;
}

/** What a workspace folder holds. Files are relative to it. */
export interface Findings {
  readonly files: readonly BootFile[];
  /** `directory` is '' for the folder itself. */
  readonly makefiles: readonly { readonly directory: string; readonly target: QemuTarget }[];
  /** Loopback ports on which something listens that may be a gdbstub. */
  readonly listening: readonly number[];
  /** UEFI firmware for what starts on nothing else. */
  readonly firmware: string;
}

const qemu = ['qemu-system-x86_64', '-m', '2G'];

/** Folders that two paths share from their start. */
const shared = (a: string, b: string): number => {
  const [left, right] = [path.posix.dirname(a).split('/'), path.posix.dirname(b).split('/')];
  let count = 0;
  while (count < left.length && count < right.length && left[count] === right[count]) count++;
  return count;
};

/** The one of these files that lies nearest to another; of equally near ones the first by name. */
const nearest = <T extends { readonly file: string }>(files: readonly T[], to: string): T | undefined =>
  [...files].sort((a, b) => shared(b.file, to) - shared(a.file, to) || a.file.split('/').length - b.file.split('/').length || (a.file < b.file ? -1 : 1))[0];

const drive = (file: string, format: string): string[] => ['-drive', `file=${file.replaceAll(',', ',,')},format=${format}`];
const fallbackLoader = /^(?:(.*)\/)?EFI\/BOOT\/BOOTX64\.EFI$/i;

/**
 * Configurations for what was found: first what runs already, then images, kernels that QEMU starts itself, directories that
 * are an EFI system partition, and Makefiles. Files with debug information go with the image that lies nearest. `say` words the
 * names in the user's language.
 */
export function offers(found: Findings, say: Say): Offer[] {
  const of = <K extends BootFile['kind']>(kind: K): Extract<BootFile, { kind: K }>[] => found.files.filter((file): file is Extract<BootFile, { kind: K }> => file.kind === kind);
  const kernels = of('kernel').filter(({ debugInfo }) => debugInfo);
  const loaders = of('efi').filter(({ debugInfo }) => debugInfo);
  /** FreeBSD installs a stripped `kernel`, and what was stripped as `kernel.debug` beside it. */
  const kernelImage = ({ file }: { readonly file: string }): object => {
    const stripped = file.endsWith('.debug') ? of('kernel').find((other) => other.file === file.slice(0, -'.debug'.length)) : undefined;
    return stripped ? { stage: 'kernel', file: stripped.file, symbols: file } : { stage: 'kernel', file };
  };
  const imagesFor = (file: string): { images?: object[] } => {
    const [loader, kernel] = [nearest(loaders, file), nearest(kernels, file)];
    const images = [...(loader ? [{ stage: 'loader', file: loader.file }] : []), ...(kernel ? [kernelImage(kernel)] : [])];
    return images.length > 0 ? { images } : {};
  };
  const firmware = (needed: boolean): { firmware?: string } => (needed ? { firmware: found.firmware } : {});
  const launch = (name: string, rest: object): Offer => ({ type: debugType, request: 'launch', name, ...rest });

  const list: Offer[] = found.listening.map((port) => ({
    type: debugType,
    request: 'attach',
    name: say('Join what listens on {0}', `127.0.0.1:${port}`),
    gdb: `127.0.0.1:${port}`,
    ...imagesFor(''),
  }));
  for (const { file, medium, uefiOnly } of of('image')) {
    const words = medium === 'cdrom' ? ['-cdrom', file] : drive(file, medium);
    list.push(launch(say('Boot {0}', file), { qemu: [...qemu, ...words], ...firmware(uefiOnly), ...imagesFor(file) }));
  }
  for (const { file } of of('linux')) {
    const kernel = nearest(kernels, file);
    list.push(launch(say('Boot {0}', file), { qemu: [...qemu, '-cpu', 'max', '-kernel', file, '-append', 'console=ttyS0'], ...(kernel ? { images: [kernelImage(kernel)] } : {}) }));
  }
  for (const { file, pvh } of kernels) {
    if (pvh && of('linux').length === 0) list.push(launch(say('Boot {0}', file), { qemu: [...qemu, '-kernel', file], images: [{ stage: 'kernel', file }] }));
  }
  for (const { file } of of('efi')) {
    const root = fallbackLoader.exec(file);
    // Read-only: QEMU would write a guest's changes into the directory.
    if (root) list.push(launch(say('Boot {0}', file), { qemu: [...qemu, '-drive', `if=virtio,readonly=on,format=raw,file=fat:${(root[1] ?? '.').replaceAll(',', ',,')}`], ...firmware(true), ...imagesFor(file) }));
  }
  for (const { directory, target } of found.makefiles) {
    const words = ['make', ...(directory === '' ? [] : ['-C', directory]), ...target.words];
    list.push(launch(words.join(' '), { command: words, gdb: `127.0.0.1:${target.port}`, ...imagesFor(path.posix.join(directory, 'Makefile')) }));
  }
  return list;
}
