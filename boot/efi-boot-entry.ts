/**
 * What efibootmgr stores for a loader's path: the steps of path_to_dp, efivar_unix_path_to_device_path and build_dp in
 * FreeBSD lib/libefivar/efivar-dp-xlate.c (15.1), with its unchecked prefix strip. Pure.
 */

/** What realpath(3) and statfs(2) give the process that runs efibootmgr. */
export interface LoaderFile {
  /** Absolute, in the process's own root. */
  readonly realPath: string;
  /** `f_mntfromname` and `f_mntonname` as statfs returns them to that process. */
  readonly mountedFrom: string;
  readonly mountedOn: string;
  /** Is its provider a partition, whose `efimedia` GEOM knows? undefined: not known. */
  readonly isPartition?: boolean;
  /** The loader's path from the root of its own filesystem. */
  readonly inFilesystem: string;
}

export interface EfiEntry {
  /** GEOM provider whose partition becomes the HD(…) node. */
  readonly provider: string;
  /** The file node as it is stored; undefined: undefined behaviour, or nothing is stored. */
  readonly stored?: string;
  readonly correct: string;
  readonly why: string;
  /** Arguments of a call that stores the right path. */
  readonly call: string;
}

const fileNode = (path: string): string => `File(${path.replaceAll('/', '\\')})`;
const callFor = (provider: string, path: string): string => `efibootmgr -c -a -l ${provider}:${path}`;
const characters = (count: number): string => `${count} character${count === 1 ? '' : 's'}`;

/** A loader given as `PROVIDER:/path` (dev_path_to_dp): taken as it is. undefined: it is not of that form. */
export const entryOfProviderPath = (loader: string): EfiEntry | undefined => {
  const colon = loader.indexOf(':');
  if (loader.startsWith('//') || colon <= 0) return undefined;
  const provider = loader.slice(0, colon).replace(/^\/dev\//, '');
  const path = loader.slice(colon + 1);
  const node = fileNode(path);
  return { provider, stored: node, correct: node, why: 'the provider is named, so the path is stored as given: no mount point is taken off it.', call: callFor(provider, path) };
};

/** A loader given as a path. The mount point's length is cut off the path, whether it is its beginning or not. */
export const entryOfPath = (file: LoaderFile): EfiEntry => {
  const provider = file.mountedFrom.replace(/^\/dev\//, '');
  const correct = fileNode(file.inFilesystem);
  const call = callFor(provider, file.inFilesystem);
  const cut = Buffer.byteLength(file.mountedOn);
  const path = Buffer.from(file.realPath);
  if (file.mountedFrom === 'devfs') {
    return { provider: file.realPath.slice(5), correct, call, why: 'the path lies on devfs, so it is taken for the name of a provider and no file is stored.' };
  }
  if (!file.mountedFrom.startsWith('/dev/') || file.isPartition === false) {
    const what = file.mountedFrom.startsWith('/dev/') ? `${provider} is no partition` : `its filesystem is mounted from ${file.mountedFrom}, which is no disk`;
    return { provider, correct, call: callFor('PROVIDER', '/EFI/BOOT/BOOTX64.EFI'), why: `efibootmgr refuses ${file.realPath} ("Cannot translate unix loader path"): ${what}, so GEOM has no efimedia for it. The loader must lie on the EFI partition; name that partition as PROVIDER.` };
  }
  if (cut > path.length) {
    return { provider, correct, call, why: `libefivar cuts ${characters(cut)} (the length of the mount point ${file.mountedOn}) off ${file.realPath}, which has ${path.length}: it reads behind the end of the text, and what is stored is left to chance.` };
  }
  const stored = fileNode(path.subarray(cut).toString('utf8'));
  if (stored === correct) return { provider, stored, correct, call, why: `the mount point ${file.mountedOn} is the beginning of ${file.realPath}, so the right part is cut off.` };
  const isPrefix = file.mountedOn === '/' || file.realPath === file.mountedOn || file.realPath.startsWith(`${file.mountedOn}/`);
  const why = isPrefix
    ? `libefivar cuts the mount point ${file.mountedOn} off ${file.realPath} by its length, and with it the slash that begins the path in the filesystem.`
    : `statfs names the mount point ${file.mountedOn}, a path from the kernel's root, while ${file.realPath} is a path in the process's own root: libefivar cuts ${characters(cut)} off without looking whether they match, and efibootmgr says nothing.`;
  return { provider, stored, correct, call, why };
};
