/**
 * Requests of the language server in a browser, which has no disk of its own, to the editor. Each is about one file URI; the answer is
 * null for what is not there.
 */
export const editorRequests = {
  /** Names in a folder: `ListedName[]`. */
  list: 'bootscope/listFolder',
  /** Text of a file: string. Null too for files larger than the limit. */
  read: 'bootscope/readFile',
  /** Bytes of a file: number. */
  size: 'bootscope/fileSize',
  /** Bytes of a grammar, by the name of its file: Uint8Array. */
  grammar: 'bootscope/grammar',
} as const;

export interface FileQuestion {
  readonly uri: string;
  /** Of `read`: bytes above which a file is not wanted. */
  readonly limit?: number;
}

export interface GrammarQuestion {
  readonly file: string;
}

export interface ListedName {
  readonly name: string;
  readonly folder: boolean;
}

/** The first message to the worker: the grammars that it needs at once, by the names of their files. The worker answers with `WorkerAnswer`. */
export interface WorkerStart {
  readonly grammars: Readonly<Record<string, Uint8Array>>;
}

/** Without `failed` the worker speaks LSP from here on. */
export interface WorkerAnswer {
  readonly failed?: string;
}

/** What `WorkerStart` has to hold. */
export const firstGrammars = ['web-tree-sitter.wasm', 'tree-sitter-loader-conf.wasm'] as const;
