/**
 * The initfs image of Redox: what the bootloader loads beside the kernel, with `bootstrap` in front and the first stage's programs
 * and units in it (base initfs/src/types.rs, initfs/src/lib.rs). A format on disk, so offsets are fixed. Pure.
 */

export const initfsMagic = 'RedoxFtw';
const header = { size: 0x22, inodeTable: 0x08, rootInode: 0x16, inodeCount: 0x18 } as const;
const inodeSize = 12;
const entrySize = 8;
const kinds = { file: 0, executable: 1, directory: 2 } as const;
/** Paths deeper, or folders with more entries, are not those of an initfs. */
const deepest = 16;
const mostEntries = 4096;
const longestNames = 1 << 20;

export interface InitfsFile {
  /** From the image's root, without a leading slash: `lib/init.d/50_rootfs.service`. */
  readonly path: string;
  /** Bytes from the image's start. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  readonly isExecutable: boolean;
}

/** Reads at most `length` bytes at `offset` of the image. */
export type ReadImage = (offset: number, length: number) => Promise<Uint8Array>;

interface Inode {
  readonly kind: number;
  readonly length: number;
  readonly offset: number;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** All files, links left out; undefined: this is no initfs, or one that is cut short. */
export const initfsFiles = async (read: ReadImage): Promise<readonly InitfsFile[] | undefined> => {
  const start = await read(0, header.size);
  if (start.length < header.size || new TextDecoder('latin1').decode(start.subarray(0, 8)) !== initfsMagic) return undefined;
  const head = view(start);
  const [table, root, count] = [head.getUint32(header.inodeTable, true), head.getUint16(header.rootInode, true), head.getUint16(header.inodeCount, true)];
  if (table < header.size) return undefined;
  const inodes = await readInodes(read, table, count);
  if (inodes === undefined) return undefined;
  const files: InitfsFile[] = [];
  const seen = new Set<number>();
  const walk = async (number: number, path: string, depth: number): Promise<boolean> => {
    const inode = inodes[number];
    if (inode === undefined) return false;
    if (inode.kind === kinds.file || inode.kind === kinds.executable) {
      files.push({ path, offset: inode.offset, length: inode.length, isExecutable: inode.kind === kinds.executable });
      return true;
    }
    if (inode.kind !== kinds.directory) return true;
    if (depth > deepest || seen.has(number)) return false;
    seen.add(number);
    const entries = await readDirectory(read, inode);
    if (entries === undefined) return false;
    for (const entry of entries) if (!(await walk(entry.inode, path === '' ? entry.name : `${path}/${entry.name}`, depth + 1))) return false;
    return true;
  };
  return inodes[root]?.kind === kinds.directory && (await walk(root, '', 0)) ? files : undefined;
};

const readInodes = async (read: ReadImage, table: number, count: number): Promise<readonly Inode[] | undefined> => {
  const bytes = await read(table, count * inodeSize);
  if (bytes.length < count * inodeSize) return undefined;
  const data = view(bytes);
  return Array.from({ length: count }, (_, index) => {
    const at = index * inodeSize;
    return { kind: data.getUint32(at, true), length: data.getUint32(at + 4, true), offset: data.getUint32(at + 8, true) };
  });
};

const readDirectory = async (read: ReadImage, { offset, length }: Inode): Promise<readonly { readonly inode: number; readonly name: string }[] | undefined> => {
  if (length % entrySize !== 0 || length / entrySize > mostEntries) return undefined;
  if (length === 0) return [];
  const bytes = await read(offset, length);
  if (bytes.length < length) return undefined;
  const data = view(bytes);
  const entries = Array.from({ length: length / entrySize }, (_, index) => {
    const at = index * entrySize;
    return { inode: data.getUint16(at, true), length: data.getUint16(at + 2, true), at: data.getUint32(at + 4, true) };
  });
  // The names of a directory lie together: one read gets them all.
  const first = Math.min(...entries.map(({ at }) => at));
  const end = Math.max(...entries.map((entry) => entry.at + entry.length));
  if (end - first > longestNames) return undefined;
  const names = await read(first, end - first);
  if (names.length < end - first) return undefined;
  return entries.map((entry) => ({ inode: entry.inode, name: new TextDecoder().decode(names.subarray(entry.at - first, entry.at - first + entry.length)) }));
};
