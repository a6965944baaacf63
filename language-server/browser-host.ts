import type { Connection } from 'vscode-languageserver';
import { editorRequests, type FileQuestion, type GrammarQuestion, type ListedName } from '../boot/languages/editor-files';
import { parsersFrom, wasmFiles } from './grammars/parsers';
import type { Host } from './server';
import { EditorFiles, type Reader } from './workspace/editor-files';
import { readLimit } from './workspace/files';
import { uriOf } from './workspace/uris';

/** The server in a browser: the editor reads its files and its grammars. @param grammars those that are there already, by file */
export function browserHost(connection: Connection, grammars: Readonly<Record<string, Uint8Array>>): Host {
  /** A file that the editor fails to read counts as not there. */
  const ask = async <T>(request: string, question: FileQuestion): Promise<T | undefined> => {
    try {
      return ((await connection.sendRequest<T | null>(request, question)) ?? undefined);
    } catch (error) {
      connection.console.warn(`${request} ${question.uri}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const reader: Reader = {
    list: (path) => ask<readonly ListedName[]>(editorRequests.list, { uri: uriOf(path) }),
    read: (path) => ask<string>(editorRequests.read, { uri: uriOf(path), limit: readLimit }),
    size: (path) => ask<number>(editorRequests.size, { uri: uriOf(path) }),
  };
  return {
    parserFor: parsersFrom((name) => grammars[wasmFiles[name]] ?? connection.sendRequest<Uint8Array>(editorRequests.grammar, { file: wasmFiles[name] } satisfies GrammarQuestion)),
    files: (fetched) => new EditorFiles(reader, fetched),
    shellcheck: false,
  };
}
