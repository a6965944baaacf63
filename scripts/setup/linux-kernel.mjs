// Debian's cloud kernel and its debug symbols, fetched by apt into the shared cache and unpacked, never installed.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { apt, isDebian, say, sharedCache } from './ensure.mjs';

const modulePath = (version) => `lib/modules/${version}/kernel/drivers/block/brd.ko`;
const metaPackage = 'linux-image-cloud-amd64';

function newestVersion() {
  const answer = spawnSync('apt-cache', ['depends', metaPackage], { encoding: 'utf8' }).stdout ?? '';
  return /Depends: linux-image-(\S+-cloud-amd64)/.exec(answer)?.[1];
}

function unpack(deb, inside, target) {
  const folder = fs.mkdtempSync(`${target}.unpack-`);
  const result = spawnSync('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" "$3"', 'sh', deb, folder, inside], { stdio: ['ignore', 2, 2] });
  if (result.status !== 0) throw new Error(`cannot unpack ${inside} of ${deb}`);
  fs.renameSync(path.join(folder, inside), target);
  fs.rmSync(folder, { recursive: true });
}

const cached = () => {
  const folder = path.join(sharedCache, 'linux');
  const versions = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => fs.existsSync(path.join(folder, name, 'vmlinux')) && fs.existsSync(path.join(folder, name, 'vmlinuz'))) : [];
  const version = versions.sort().at(-1);
  return version === undefined ? undefined : { version, vmlinux: path.join(folder, version, 'vmlinux'), vmlinuz: path.join(folder, version, 'vmlinuz') };
};

/** What the cache holds; fetches nothing. @returns {{version: string, vmlinuz: string, vmlinux: string} | {skipped: string}} */
export const linuxOffline = () => cached() ?? { skipped: 'the Debian kernel is not in the cache: run npm test once where apt can be reached' };

/** @returns {{version: string, vmlinuz: string, vmlinux: string} | {skipped: string}} */
export function ensureLinux() {
  const have = cached();
  if (have) return have;
  if (!isDebian()) return { skipped: 'the Debian kernel needs apt' };
  if (newestVersion() === undefined) apt(['update', '-qq']);
  const version = newestVersion();
  if (version === undefined) return { skipped: 'apt does not know linux-image-cloud-amd64' };
  return fetchLinux(version) ?? cached() ?? { skipped: 'the kernel could not be unpacked' };
}

/**
 * A module of the cached kernel: as it is loaded, and with its debug information.
 * @returns {{file: string, symbols: string} | {skipped: string}}
 */
export function ensureLinuxModule() {
  const kernel = cached();
  if (kernel === undefined) return linuxOffline();
  const folder = path.join(sharedCache, 'linux', kernel.version);
  const module = { file: path.join(folder, 'brd.ko'), symbols: path.join(folder, 'brd.ko.debug') };
  const there = () => fs.existsSync(module.file) && fs.existsSync(module.symbols);
  if (there()) return module;
  // Caches of before hold no module.
  const failed = isDebian() ? fetchLinux(kernel.version) : { skipped: 'the Debian kernel needs apt' };
  return there() ? module : (failed ?? { skipped: 'the module could not be unpacked' });
}

/** Fetches and unpacks one version into the cache. @returns {{skipped: string} | undefined} why not */
function fetchLinux(version) {
  const folder = path.join(sharedCache, 'linux', version);
  fs.mkdirSync(folder, { recursive: true });
  const downloads = fs.mkdtempSync(path.join(folder, 'download-'));
  try {
    say(`Fetching Debian's kernel ${version} with its debug symbols (310 MB) …`);
    const fetch = () => apt(['download', '-qq', `linux-image-${version}`, `linux-image-${version}-dbg`], { cwd: downloads });
    if (fetch() !== 0 && (apt(['update', '-qq']), fetch() !== 0)) return { skipped: 'apt cannot be reached' };
    const debs = fs.readdirSync(downloads).map((name) => path.join(downloads, name));
    const debug = debs.find((name) => name.includes('-dbg_'));
    const image = debs.find((name) => !name.includes('-dbg_'));
    if (debug === undefined || image === undefined) return { skipped: 'apt gave no package' };
    unpack(image, `./${modulePath(version)}`, path.join(folder, 'brd.ko'));
    unpack(debug, `./usr/lib/debug/${modulePath(version)}`, path.join(folder, 'brd.ko.debug'));
    unpack(image, `./boot/vmlinuz-${version}`, path.join(folder, 'vmlinuz'));
    unpack(debug, `./usr/lib/debug/boot/vmlinux-${version}`, path.join(folder, 'vmlinux'));
  } finally {
    fs.rmSync(downloads, { recursive: true, force: true });
  }
  return undefined;
}
