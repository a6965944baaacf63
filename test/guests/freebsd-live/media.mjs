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

/**
 * An EFI system partition that is the whole disk, with the loader and its /boot. Written beside and moved, so that two builders never share a half one.
 * @param {string} disk @param {{ directory: string, media: string, variant: string }} options
 */
export function makeEspImage(disk, { directory, media, variant }) {
  const work = `${disk}.${process.pid}`;
  const image = `${work}.ufs`;
  writeFileSync(work, Buffer.alloc(16 * MIB));
  mtool('mformat', ['-i', work, '-N', '0', '-T', String((16 * MIB) / 512), '-h', '16', '-s', '63', '::']);
  const files = [
    ['/EFI/BOOT/BOOTX64.EFI', join(directory, 'loader.efi')],
    ['/boot/kernel/kernel', join(directory, 'objects/kernel')],
    ...MODULES.map((name) => [`/boot/kernel/${name}.ko`, join(directory, `objects/${name}.ko`)]),
    ...tree(join(media, 'boot'), '/boot'),
    ...tree(join(media, variant, 'boot'), '/boot'),
  ];
  const preloaded = assignments(join(media, variant, 'boot/loader.conf')).flatMap((line) => (/_name=(\/.*)/.exec(line)?.[1] ?? []));
  writeFileSync(image, ufsImage(MIB));
  for (const path of preloaded) files.push([path, image]);
  const made = new Set();
  for (const [path = '', from = ''] of files) {
    const parts = path.split('/').slice(1, -1);
    parts.forEach((_, at) => {
      const folder = `::/${parts.slice(0, at + 1).join('/')}`;
      if (!made.has(folder)) mtool('mmd', ['-i', work, folder]);
      made.add(folder);
    });
    mtool('mcopy', ['-o', '-i', work, from, `::${path}`]);
  }
  rmSync(image);
  renameSync(work, disk);
}
