/**
 * What efibootmgr stores for a loader's path: the steps of efivar_unix_path_to_device_path, path_to_dp, dev_path_to_dp and build_dp in
 * FreeBSD lib/libefivar/efivar-dp-xlate.c (15.1), with its unchecked prefix strip. Pure.
 */
import { fileNode, storedFileNode } from './efi-file-node';

/** What GEOM knows of a provider: the node of its partition (`HD(1,GPT,…)`), true: it is one, false: it is none. undefined: not known. */
export type Partition = string | boolean | undefined;

/** What realpath(3) and statfs(2) give the process that runs efibootmgr. */
export interface LoaderFile {
  /** Absolute, in the process's own root. */
  readonly realPath: string;
  /** `f_mntfromname` and `f_mntonname` as statfs returns them to that process. */
  readonly mountedFrom: string;
  readonly mountedOn: string;
  readonly partition?: Partition;
  /** The loader's path from the root of its own filesystem. */
  readonly inFilesystem: string;
}

export interface EfiEntry {
  /** GEOM provider whose partition becomes the HD(…) node. */
  readonly provider: string;
  /** The HD(…) node, where it is known. */
  readonly media?: string;
  /** The file node as it is stored, empty: none; undefined: undefined behaviour, or no entry is made. */
  readonly stored?: string;
  readonly correct: string;
  readonly why: string;
  /** Arguments of a call that stores the right path; left out: no call does. */
  readonly call?: string;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const providerName = (from: string): string => from.replace(/^\/dev\//, '');
const characters = (count: number): string => `${count} character${count === 1 ? '' : 's'}`;
const named = (partition: Partition): { readonly media?: string } => (typeof partition === 'string' ? { media: partition } : {});

/** The call that names the provider, unless libefivar's parser takes the path apart there too. */
const callFor = (provider: string, path: string): { readonly call?: string } => (storedFileNode(bytesOf(path)) === fileNode(path) ? { call: `efibootmgr -c -a -l ${provider}:${path}` } : {});
const parenthesised = 'libefivar writes the path as File(…) and reads that text again: its parser ends at parentheses and at characters beyond U+FFFF. Rename the file.';

/** How a loader is taken: a backslash counts as a slash, two in front are refused, a colon anywhere makes it PROVIDER:PATH. */
export const loaderForm = (given: string): { readonly form: 'refused' | 'path'; readonly path: string } | { readonly form: 'provider'; readonly provider: string; readonly path: string } => {
  const path = given.replaceAll('\\', '/');
  const colon = path.indexOf(':');
  if (path.startsWith('//')) return { form: 'refused', path };
  return colon < 0 ? { form: 'path', path } : { form: 'provider', provider: providerName(path.slice(0, colon)), path: path.slice(colon + 1) };
};

/** A loader given as `PROVIDER:/path` (dev_path_to_dp): the path is taken as it is. */
export const entryOfProviderPath = (provider: string, path: string, partition?: Partition): EfiEntry => {
  const correct = fileNode(path);
  if (partition === false || provider === '') return { provider, correct, why: `efibootmgr refuses it ("Cannot translate unix loader path"): ${provider === '' ? 'no provider stands before the colon' : `${provider} is no partition that GEOM has an efimedia for`}.` };
  const stored = storedFileNode(bytesOf(path));
  const why = stored === correct ? 'the provider is named, so the path is stored as given: no mount point is taken off it.' : parenthesised;
  return { provider, ...named(partition), ...(stored === undefined ? {} : { stored }), correct, why, ...callFor(provider, path) };
};

/** A loader given as a path. The mount point's length is cut off the path, whether it is its beginning or not. */
export const entryOfPath = (file: LoaderFile): EfiEntry => {
  const { realPath, mountedOn, mountedFrom, partition } = file;
  const provider = mountedFrom === 'devfs' ? realPath.slice('/dev/'.length) : providerName(mountedFrom);
  const isDisk = mountedFrom === 'devfs' || mountedFrom.startsWith('/dev/') || (partition !== undefined && partition !== false);
  const correct = fileNode(mountedFrom === 'devfs' ? '/EFI/BOOT/BOOTX64.EFI' : file.inFilesystem);
  if (!isDisk || partition === false) {
    const what = isDisk ? `${provider} is no partition` : `its filesystem is mounted from ${mountedFrom}, which is no disk`;
    return { provider, correct, ...callFor('PROVIDER', '/EFI/BOOT/BOOTX64.EFI'), why: `efibootmgr refuses ${realPath} ("Cannot translate unix loader path"): ${what}, so GEOM has no efimedia for it. The loader must lie on the EFI partition; name that partition as PROVIDER.` };
  }
  if (mountedFrom === 'devfs') {
    return { provider, ...named(partition), stored: '', correct, ...callFor(provider, '/EFI/BOOT/BOOTX64.EFI'), why: 'the path lies on devfs, so it is taken for the name of a provider: the partition is stored without a file, and the firmware takes \\EFI\\BOOT\\BOOTX64.EFI on it, if it takes anything.' };
  }
  const call = callFor(provider, file.inFilesystem);
  const entry = { provider, ...named(partition), correct, ...call };
  const path = bytesOf(realPath);
  const cut = bytesOf(mountedOn).length;
  if (cut > path.length) {
    return { ...entry, why: `libefivar cuts ${characters(cut)} (the length of the mount point ${mountedOn}) off ${realPath}, which has ${path.length}: it reads behind the end of the text, and what is stored is left to chance.` };
  }
  const stored = storedFileNode(path.subarray(cut));
  const kept = stored === undefined ? entry : { ...entry, stored };
  if (stored === correct) return { ...kept, why: `the mount point ${mountedOn} is the beginning of ${realPath}, so the right part is cut off.` };
  if (call.call === undefined) return { ...kept, why: parenthesised };
  if (realPath === mountedOn) return { ...kept, why: `${realPath} is the mount point itself, so nothing of it is left.` };
  const isPrefix = mountedOn === '/' || realPath.startsWith(`${mountedOn}/`);
  const why = isPrefix
    ? `libefivar cuts the mount point ${mountedOn} off ${realPath} by its length, and with it the slash that begins the path in the filesystem.`
    : `statfs names the mount point ${mountedOn}, a path from the kernel's root, while ${realPath} is a path in the process's own root: libefivar cuts ${characters(cut)} off without looking whether they match, and efibootmgr says nothing.`;
  return { ...kept, why };
};
