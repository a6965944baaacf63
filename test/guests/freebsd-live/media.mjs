// What lies on the media: loader.conf of each variant (src/media), and the disk a loader starts from.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MIB = 1024 * 1024;

/** Kernel modules the media have in /boot/kernel. */
export const MODULES = ['geom_uzip', 'geom_union', 'unionfs', 'xz'];

/** `name="value"` lines of a loader.conf, in order. @param {string} path */
const assignments = (path) =>
  readFileSync(path, 'utf8').split('\n').flatMap((line) => {
    const found = /^([\w.-]+)="([^"]*)"/.exec(line);
    return found ? [`${found[1]}=${found[2]}`] : [];
  });

/** The same files for the kernel that is booted without a loader. @param {string} media @param {string[]} variants */
export const confHeader = (media, variants) => {
  const list = (name, entries) => `static const char *const ${name}[] = {\n${entries.map((entry) => `\t${JSON.stringify(entry)},\n`).join('')}\tNULL,\n};\n`;
  const id = (variant) => `conf_${variant.replaceAll('-', '_')}`;
  return [
    list('loader_defaults', [...assignments(join(media, 'boot/defaults/loader.conf')), ...assignments(join(media, 'boot/device.hints'))]),
    ...variants.map((variant) => list(id(variant), assignments(join(media, variant, 'boot/loader.conf')))),
    `static const struct { const char *name; const char *const *conf; } variants[] = {\n${variants.map((variant) => `\t{ "${variant}", ${id(variant)} },\n`).join('')}};\n`,
  ].join('\n');
};

/** @param {string} command @param {string[]} args */
function mtool(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, MTOOLS_SKIP_CHECK: '1' } });
  if (result.status !== 0) throw new Error(`${command}: ${result.error?.message ?? result.stderr} (apt-get install mtools)`);
}

/** An image to preload: blocks of zeros with the magic number of a UFS2 superblock where it belongs (sys/ufs/ffs/fs.h). @param {number} size */
const ufsImage = (size) => {
  const image = Buffer.alloc(size);
  image.writeUInt32LE(0x19540119, 65536 + 1372);
  return image;
};

/** Every file of a tree as [path on the medium, place]. @param {string} from @param {string} to @returns {[string, string][]} */
const tree = (from, to) => readdirSync(from).flatMap((name) => (statSync(join(from, name)).isDirectory() ? tree(join(from, name), `${to}/${name}`) : [[`${to}/${name}`, join(from, name)]]));

/** What the loaders find under /boot, as [path on the medium, bytes]. `conf` comes at the end of loader.conf. @param {{ directory: string, media: string, variant: string, conf?: string }} options @returns {[string, Buffer][]} */
const bootFiles = ({ directory, media, variant, conf = '' }) => {
  const image = ufsImage(MIB);
  return [
    ['/boot/kernel/kernel', readFileSync(join(directory, 'objects/kernel'))],
    ...MODULES.map((name) => /** @type {[string, Buffer]} */ ([`/boot/kernel/${name}.ko`, readFileSync(join(directory, `objects/${name}.ko.stripped`))])),
    ...[...tree(join(media, 'boot'), '/boot'), ...tree(join(media, variant, 'boot'), '/boot')].map(([path, from]) => /** @type {[string, Buffer]} */ ([path, path === '/boot/loader.conf' ? Buffer.concat([readFileSync(from), Buffer.from(conf)]) : readFileSync(from)])),
    ...assignments(join(media, variant, 'boot/loader.conf')).flatMap((line) => /_name=(\/.*)/.exec(line)?.[1] ?? []).map((path) => /** @type {[string, Buffer]} */ ([path, image])),
  ];
};

const SECTOR = 512;
/** @param {Buffer} bytes */
const wholeSectors = (bytes) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & (SECTOR - 1))]);

/** One file of a ustar archive (IEEE Std 1003.1, pax). @param {string} path @param {Buffer} bytes */
const archived = (path, bytes) => {
  const header = Buffer.alloc(SECTOR);
  header.write(path.slice(1), 0);
  header.write('0000644\x000000000\x000000000\x00', 100);
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\x0000000000000\x00        0`, 124);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148);
  return Buffer.concat([header, wholeSectors(bytes)]);
};

/** Where stand/i386/main.c looks for the archive. */
const ARCHIVE = 512 * SECTOR;

/**
 * A disk that a BIOS starts: boot sector, BTX with its client, and an archive of /boot. The last assignment to a path wins, as the files of a variant come last.
 * @param {string} disk @param {{ directory: string, media: string, variant: string, conf?: string }} options
 */
export function makeBiosImage(disk, options) {
  const part = (name) => readFileSync(join(options.directory, 'objects', name));
  const loader = Buffer.concat([part('boot.bin'), part('btx.bin'), part('client.bin')]);
  if (loader.length > 257 * SECTOR) throw new Error(`the BIOS loader has ${loader.length} bytes; the boot sector reads 256 sectors`);
  const archive = Buffer.concat([...[...new Map(bootFiles(options))].map(([path, bytes]) => archived(path, bytes)), Buffer.alloc(2 * SECTOR)]);
  const image = Buffer.alloc((Math.ceil((ARCHIVE + archive.length) / MIB) + 1) * MIB);
  loader.copy(image);
  archive.copy(image, ARCHIVE);
  writeFileSync(`${disk}.${process.pid}`, image);
  renameSync(`${disk}.${process.pid}`, disk);
}

/**
 * An EFI system partition that is the whole disk, with the loader and its /boot. Written beside and moved, so that two builders never share a half one.
 * @param {string} disk @param {{ directory: string, media: string, variant: string }} options
 */
export function makeEspImage(disk, options) {
  const work = `${disk}.${process.pid}`;
  const file = `${work}.file`;
  writeFileSync(work, Buffer.alloc(16 * MIB));
  mtool('mformat', ['-i', work, '-N', '0', '-T', String((16 * MIB) / 512), '-h', '16', '-s', '63', '::']);
  const made = new Set();
  for (const [path, bytes] of /** @type {[string, Buffer][]} */ ([['/EFI/BOOT/BOOTX64.EFI', readFileSync(join(options.directory, 'loader.efi'))], ...bootFiles(options)])) {
    const parts = path.split('/').slice(1, -1);
    parts.forEach((_, at) => {
      const folder = `::/${parts.slice(0, at + 1).join('/')}`;
      if (!made.has(folder)) mtool('mmd', ['-i', work, folder]);
      made.add(folder);
    });
    writeFileSync(file, bytes);
    mtool('mcopy', ['-o', '-i', work, file, `::${path}`]);
  }
  rmSync(file);
  renameSync(work, disk);
}
