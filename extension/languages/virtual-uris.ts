import { URI } from 'vscode-uri';

/** The part of an editor's URI that matters here; `vscode.Uri` has it. */
export interface AnyUri {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  toString(): string;
}

/**
 * The language server knows files by their paths alone. In a browser they have other schemes (`vscode-vfs://github/…`), so what it is told
 * has the same path and the scheme of files, and the first URI that had a path is given back for it.
 */
export class VirtualUris<Uri extends AnyUri> {
  private readonly known = new Map<string, Uri>();

  /**
   * @param folders the workspace's folders: files that only the server has named lie below one of them
   * @param changed a URI with another path and fragment
   */
  constructor(
    private readonly folders: () => readonly Uri[],
    private readonly changed: (uri: Uri, change: { readonly path: string; readonly fragment: string }) => Uri,
  ) {}

  toServer(uri: Uri): string {
    if (!this.known.has(uri.path)) this.known.set(uri.path, uri);
    return URI.file(uri.path).toString();
  }

  /** @throws Error for a file below no folder of the workspace */
  fromServer(text: string): Uri {
    const { path, fragment } = URI.parse(text);
    const known = this.known.get(path);
    if (known !== undefined && fragment === '') return known;
    const below = this.folders().filter((folder) => path === folder.path || path.startsWith(folder.path.endsWith('/') ? folder.path : `${folder.path}/`));
    const folder = below.sort((one, other) => other.path.length - one.path.length)[0] ?? this.folders()[0] ?? known;
    if (folder === undefined) throw new Error(`${text} lies in no folder of the workspace`);
    return this.changed(folder, { path, fragment });
  }
}
