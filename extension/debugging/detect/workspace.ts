import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { listening } from './listening';
import { defaultPort, gdbPorts, qemuTarget } from './makefile';
import { offers, type Offer } from './offers';
import { recognise, type BootFile } from './recognise';
import { findFirmware } from './system';
import { fill, type Say } from '../../views/drawing/figures';

/** Names worth a look; what a file is, its bytes say. */
export const candidates = '**/{*.iso,*.img,*.raw,*.qcow2,*.vmdk,*.vdi,*.efi,*.EFI,vmlinux,vmlinux-*,vmlinuz,vmlinuz-*,bzImage,kernel,kernel.*,kernel-*,*kernel*.elf,Makefile,makefile,GNUmakefile,*.mk}';
export const excluded = '**/{node_modules,.git}/**';
/** No more candidates than this are looked at. */
export const mostCandidates = 400;

const makefileName = /^(?:GNUm|[mM])akefile$/;
const largestText = 256 << 10;
const atOnce = 16;

const textOf = async (file: string): Promise<string> => {
  try {
    return (await readFile(file, 'utf8')).slice(0, largestText);
  } catch {
    return '';
  }
};

/**
 * The configurations that a workspace folder gives rise to. `files` are its candidates, relative, with `/`. Only reads: nothing is
 * run and nothing connected to. `cancelled` is asked between files.
 */
export async function detect(root: string, files: readonly string[], environment: { readonly cancelled?: () => boolean; readonly listening?: typeof listening; readonly firmware?: string; readonly say?: Say } = {}): Promise<Offer[]> {
  const sorted = [...files].sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1)).slice(0, mostCandidates);
  const isText = (file: string): boolean => makefileName.test(path.posix.basename(file)) || file.endsWith('.mk');
  const found: BootFile[] = [];
  const makeDirectories = new Set(sorted.filter((file) => makefileName.test(path.posix.basename(file))).map((file) => path.posix.dirname(file)));
  const makefiles: { directory: string; target: NonNullable<ReturnType<typeof qemuTarget>> }[] = [];
  const ports = new Set([defaultPort]);
  const look = async (file: string): Promise<void> => {
    const absolute = path.join(root, file);
    if (!isText(file)) {
      const known = await recognise(absolute);
      if (known) found.push({ ...known, file });
      return;
    }
    const text = await textOf(absolute);
    for (const port of gdbPorts(text)) ports.add(port);
    const target = qemuTarget(text);
    const directory = nearestMake(path.posix.dirname(file), makeDirectories);
    if (target && directory !== undefined) makefiles.push({ directory: directory === '.' ? '' : directory, target });
  };
  for (let at = 0; at < sorted.length; at += atOnce) {
    if (environment.cancelled?.() === true) return [];
    await Promise.all(sorted.slice(at, at + atOnce).map(look));
  }
  for (const name of ['tasks.json', 'launch.json']) for (const port of gdbPorts(await textOf(path.join(root, '.vscode', name)))) ports.add(port);
  const order = new Map(sorted.map((file, index) => [file, index]));
  found.sort((a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0));
  makefiles.sort((a, b) => (a.directory < b.directory ? -1 : 1));
  return offers({ files: found, makefiles: onePerDirectory(makefiles), listening: await (environment.listening ?? listening)([...ports]), firmware: environment.firmware ?? findFirmware() }, environment.say ?? ((text, ...values) => fill(text, values)));
}

/** A Makefile's parts (`mk/qemu.mk`) are run from the folder of the Makefile that includes them: the nearest above. */
const nearestMake = (directory: string, known: ReadonlySet<string>): string | undefined => {
  for (let at = directory; ; at = path.posix.dirname(at)) {
    if (known.has(at)) return at;
    if (at === '.') return undefined;
  }
};

const onePerDirectory = <T extends { readonly directory: string }>(list: readonly T[]): T[] => list.filter(({ directory }, index) => list.findIndex((other) => other.directory === directory) === index);
