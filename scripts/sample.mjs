// The sample boot chain of the VSIX: the guests redox-live and freebsd-live with their sources, in one compressed file.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { buildFreebsdLive } from '../test/guests/freebsd-live/build.mjs';
import { cachedDirectory, contentHash, filesBelow } from '../test/guests/lib/cache.mjs';
import { buildRedoxLive } from '../test/guests/redox-live/build.mjs';
import { root } from './setup/ensure.mjs';

/** Stand for the folder it is unpacked to, and for a UEFI firmware of that machine. */
const [sample, firmware] = ['${sample}', '${firmware}'];
const sourceFile = /\.(rs|c|h|S|s|ld|toml|service|target)$/;

/** Source files below some folders, as [name in the sample, file]. */
const sources = (under, base, folders) =>
  folders.flatMap((folder) => filesBelow(path.join(base, folder)).filter((file) => sourceFile.test(file)).map((file) => [`${under}/${path.relative(base, file)}`, file]));

/** An argument vector with a file's place taken by its name in the sample. */
const moved = (argv, from, to) => argv.map((word) => word.replace(from, `${sample}/${to}`));
const without = (argv, option) => argv.filter((word, index) => word !== option && argv[index - 1] !== option);

/** What is in it: files, and a configuration for each of its scenes. */
async function contents() {
  const redox = await buildRedoxLive({ variant: 'full' });
  const freebsd = await buildFreebsdLive({});
  const files = [
    ['redox-live/build/disk.img', redox.disk],
    ['redox-live/build/kernel', redox.kernel],
    ['redox-live/build/lived', redox.programs.lived],
    ...sources('redox-live', redox.sources, ['crates', 'kernel', 'loader', 'userland']),
    ['freebsd-live/build/kernel.full', freebsd.kernel],
    ['freebsd-live/build/init', freebsd.programs.init],
    ...sources('freebsd-live/src', freebsd.source, ['sys', 'user']),
  ];
  const scenes = {
    redox: {
      type: 'bootscope',
      request: 'launch',
      chain: 'redox',
      qemu: moved(without(redox.qemu, '-bios'), redox.disk, 'redox-live/build/disk.img'),
      firmware,
      images: [
        { stage: 'kernel', file: 'redox-live/build/kernel' },
        { stage: 'userland', file: 'redox-live/build/lived', process: 'lived' },
      ],
      sourceMap: { [redox.sources.replace(/\/$/, '')]: `${sample}/redox-live` },
      stopOn: { errno: 'LiveDisk::read returns EINVAL' },
      recordReads: true,
      cwd: sample,
    },
    freebsd: {
      type: 'bootscope',
      request: 'launch',
      chain: 'freebsd',
      qemu: moved(freebsd.qemu('a'), freebsd.kernel, 'freebsd-live/build/kernel.full'),
      images: [
        { stage: 'kernel', file: 'freebsd-live/build/kernel.full' },
        { stage: 'init', file: 'freebsd-live/build/init', process: 'init' },
      ],
      sourceMap: { [freebsd.source]: `${sample}/freebsd-live/src` },
      stopOn: { serial: '/login:/' },
      cwd: sample,
    },
  };
  return { files, scenes };
}

/** A line of JSON that lists what follows, then the bytes of the files one behind the other. */
function packed({ files, scenes }) {
  const bytes = files.map(([, file]) => fs.readFileSync(file));
  const header = { scenes, files: files.map(([name], index) => ({ name, size: bytes[index].length })) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...bytes]);
}

/** Makes the file, or finds it made. @returns {Promise<string>} its path */
export async function makeSample() {
  const all = await contents();
  const key = contentHash([...all.files.map(([, file]) => file), path.join(root, 'scripts/sample.mjs')], all);
  const directory = await cachedDirectory('sample', key, (into) => {
    const plain = packed(all);
    // The window spans all of it, so that what the programs share is stored once.
    const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 10, [zlib.constants.BROTLI_PARAM_LGWIN]: 24, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
    fs.writeFileSync(path.join(into, 'sample.br'), zlib.brotliCompressSync(plain, { params }));
    return Promise.resolve();
  });
  return path.join(directory, 'sample.br');
}
