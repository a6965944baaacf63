/** A debug configuration of the sample, with `${sample}` and `${firmware}` still to be replaced. */
export type Scene = Readonly<Record<string, unknown>>;

/** The sample boot chain as the VSIX carries it. */
export interface Archive {
  readonly scenes: Readonly<Record<string, Scene>>;
  /** Relative paths with `/`, and their bytes. */
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** Names that stay below the folder they are unpacked to. */
const staysBelow = (name: string): boolean => name !== '' && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part));

/**
 * Reads an archive: a line of JSON that lists the files, then their bytes one behind the other (scripts/sample.mjs writes it).
 * Throws an Error when it is not whole or a name leads elsewhere.
 */
export function readArchive(bytes: Uint8Array): Archive {
  const end = bytes.indexOf(0x0a);
  if (end < 0) throw new Error('the sample has no list of files');
  const { scenes, files } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as { scenes: Record<string, Scene>; files: { name: string; size: number }[] };
  let at = end + 1;
  const read = files.map(({ name, size }) => {
    if (!staysBelow(name)) throw new Error(`the sample names a file outside its folder: ${name}`);
    if (!Number.isSafeInteger(size) || size < 0 || at + size > bytes.length) throw new Error(`the sample is cut off in ${name}`);
    at += size;
    return { name, bytes: bytes.subarray(at - size, at) };
  });
  if (at !== bytes.length) throw new Error('the sample is longer than its list of files says');
  return { scenes, files: read };
}
