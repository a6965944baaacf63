import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { substituted } from '../debugging/detect/variables';
import { readArchive, type Scene } from './archive';

/** Written last, so that a folder that has it is whole. */
const sceneFile = 'scenes.json';
const prefix = 'sample-';

/** The unpacked sample. */
export interface Sample {
  readonly folder: string;
  readonly scenes: Readonly<Record<string, Scene>>;
}

/** Where the sample of this archive is unpacked to, below `storage`, by the archive's contents. */
const folderOf = (storage: string, archive: Uint8Array): string => path.join(storage, `${prefix}${createHash('sha256').update(archive).digest('hex').slice(0, 16)}`);

async function unpacked(folder: string): Promise<Sample | undefined> {
  try {
    return { folder, scenes: JSON.parse(await fs.readFile(path.join(folder, sceneFile), 'utf8')) as Record<string, Scene> };
  } catch {
    return undefined;
  }
}

/**
 * Unpacks the archive below `storage`, or finds it unpacked; other versions are removed. It becomes visible all at once, so that
 * two windows may do this together. `cancelled` is asked between files; then nothing is left and undefined is given.
 */
export async function unpack(archive: string, storage: string, cancelled: () => boolean = () => false): Promise<Sample | undefined> {
  const compressed = await fs.readFile(archive);
  const folder = folderOf(storage, compressed);
  const there = await unpacked(folder);
  if (there) return there;
  const { scenes, files } = readArchive(await promisify(brotliDecompress)(compressed));
  await fs.mkdir(storage, { recursive: true });
  const making = await fs.mkdtemp(path.join(storage, '.unpacking-'));
  try {
    for (const { name, bytes } of files) {
      if (cancelled()) return undefined;
      const file = path.join(making, name);
      await fs.mkdir(path.dirname(file), { recursive: true });
      await fs.writeFile(file, bytes);
    }
    await fs.writeFile(path.join(making, sceneFile), JSON.stringify(scenes));
    const others = (await fs.readdir(storage)).filter((name) => name.startsWith(prefix) && path.join(storage, name) !== folder);
    await Promise.all(others.map((name) => fs.rm(path.join(storage, name), { recursive: true, force: true })));
    await fs.rename(making, folder).catch(async (error: unknown) => {
      // Another window was faster, or one was interrupted long ago.
      if (await unpacked(folder)) return;
      await fs.rm(folder, { recursive: true, force: true });
      await fs.rename(making, folder).catch(() => {
        throw error;
      });
    });
    return { folder, scenes };
  } finally {
    await fs.rm(making, { recursive: true, force: true });
  }
}

/** A scene's configuration on this machine: paths in place of `${sample}` and `${firmware}`. */
export const configurationOf = ({ folder, scenes }: Sample, scene: string, firmware: string): Record<string, unknown> =>
  substituted(scenes[scene] ?? {}, (name) => ({ sample: folder, firmware })[name]) as Record<string, unknown>;
