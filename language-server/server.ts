import {
  CodeActionKind,
  DiagnosticSeverity,
  DiagnosticTag,
  SemanticTokensBuilder,
  TextDocuments,
  TextDocumentSyncKind,
  type CodeAction,
  type Connection,
  type Diagnostic,
  type InitializeParams,
  type InitializeResult,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { UnitGraph, UnitGraphArguments } from '../boot/languages/init-units/unit-graph';
import { loaderRules } from '../boot/languages/loader-conf';
import { bootScriptService } from './boot-scripts/service';
import { diagnose } from './diagnose';
import type { Finding, Fix } from './findings';
import { asItem, incoming, outgoing } from './hierarchy';
import { initUnitService } from './init-units/service';
import { unitGraph } from './init-units/unit-graph';
import type { ParserFor } from './grammars/parsers';
import { Trees } from './grammars/trees';
import { launchdService } from './launchd/service';
import { resolveName } from './loader-conf/features/completion';
import { loaderConfService } from './loader-conf/service';
import { nextTurn, Rounds } from './rounds';
import { tokenTypes, type LanguageService, type RenameChange, type Source } from './service';
import type { EditedFiles } from './workspace/files';
import type { FileKind } from './workspace/recognise';
import { pathOf, uriOf } from './workspace/uris';
import { Workspace } from './workspace/workspace';

/** What an editor may set, below `bootscope`. */
interface EditorSettings {
  readonly loaderConf?: { readonly loader?: string; readonly format?: { readonly enable?: boolean } };
}

/** What the server needs of the place it runs in. */
export interface Host {
  readonly parserFor: ParserFor;
  /** The editor's files; `fetched` is told of each path whose text has come late. */
  files(fetched: (path: string) => void): EditedFiles;
  readonly shellcheck: boolean;
}

/** Serves one editor over a connection; `listen` is left to the caller. */
export async function serve(connection: Connection, host: Host): Promise<void> {
  const { parserFor } = host;
  const files = host.files((path) => workspace.changed(path));
  const workspace = new Workspace(files);
  const documents = new TextDocuments(TextDocument);
  const trees = new Trees(await parserFor('loader-conf'));
  const services: Partial<Record<FileKind, LanguageService>> = { 'loader-conf': loaderConfService(trees), 'init-unit': initUnitService, 'line-script': initUnitService, 'redox-config': initUnitService, 'boot-script': bootScriptService, 'launchd-job': launchdService };
  const findings = new Map<string, readonly Finding[]>();
  let formats = false;
  let folders: string[] = [];
  let asksForSettings = false;
  let renamesFiles = false;

  const sourceOf = (uri: string): { source: Source; service: LanguageService } | undefined => {
    rounds.heard();
    const document = documents.get(uri);
    const path = pathOf(uri);
    if (document === undefined || path === undefined) return undefined;
    const kind = workspace.kind(path);
    const service = kind === undefined ? undefined : services[kind];
    if (service === undefined) return undefined;
    const text = document.getText();
    return { source: { path, text, lines: text.split('\n'), workspace }, service };
  };

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    folders = (params.workspaceFolders ?? []).flatMap((folder) => pathOf(folder.uri) ?? []);
    const given = params.initializationOptions as { readonly shellcheck?: boolean } | null | undefined;
    workspace.settings = { ...workspace.settings, shellcheck: given?.shellcheck === true || host.shellcheck };
    renamesFiles = params.capabilities.workspace?.workspaceEdit?.resourceOperations?.includes('rename') === true && params.capabilities.workspace.workspaceEdit.documentChanges === true;
    asksForSettings = params.capabilities.workspace?.configuration === true;
    return {
      serverInfo: { name: 'bootscope' },
      capabilities: {
        textDocumentSync: TextDocumentSyncKind.Incremental,
        completionProvider: { resolveProvider: true, triggerCharacters: ['.', '_', '"', '=', '/', '$', '{', ' ', '>'] },
        hoverProvider: true,
        definitionProvider: true,
        referencesProvider: true,
        renameProvider: { prepareProvider: true },
        callHierarchyProvider: true,
        documentSymbolProvider: true,
        foldingRangeProvider: true,
        documentFormattingProvider: true,
        documentLinkProvider: {},
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
        inlayHintProvider: true,
        semanticTokensProvider: { legend: { tokenTypes: [...tokenTypes], tokenModifiers: [] }, full: true },
      },
    };
  });

  const readSettings = async (): Promise<void> => {
    if (!asksForSettings) return;
    const settings = (await connection.workspace.getConfiguration('bootscope')) as EditorSettings | null;
    formats = settings?.loaderConf?.format?.enable === true;
    const rules = loaderRules.find((one) => one === settings?.loaderConf?.loader) ?? 'lua-15';
    workspace.settings = { ...workspace.settings, rules };
  };

  /** Answers again until nothing was missing: see `EditedFiles.pending`. */
  const settled = <T>(run: () => T): T | Promise<T> => {
    const value = run();
    const wait = files.pending();
    return wait === undefined ? value : wait.then(() => settled(run));
  };

  /** What a language of ours answers about an open text. */
  const about = <T>({ uri }: { readonly uri: string }, run: (open: { source: Source; service: LanguageService }) => T | undefined): T | null | Promise<T | null> =>
    settled(() => {
      const open = sourceOf(uri);
      return (open === undefined ? undefined : run(open)) ?? null;
    });

  /** The last answer that was begun for each document. */
  const published = new Map<string, number>();
  let turns = 0;
  const publish = (uri: string): void => {
    const path = pathOf(uri);
    if (path === undefined) return;
    const turn = ++turns;
    published.set(uri, turn);
    const send = (found: readonly Finding[]): void => {
      // A later answer may have overtaken this one, or the file was closed.
      if (published.get(uri) !== turn) return;
      findings.set(uri, found);
      const version = documents.get(uri)?.version;
      void connection.sendDiagnostics({ uri, diagnostics: found.map(asDiagnostic), ...(version === undefined ? {} : { version }) });
    };
    const found = settled(() => diagnose(path, workspace));
    if (found instanceof Promise) void found.then(send);
    else send(found);
  };
  // A file's neighbours may depend on it, so a change is a matter of all open documents.
  const rounds = new Rounds(publish);
  const publishAll = (changed?: string): void => rounds.begin(documents.keys(), changed);

  /** The shell's grammar is large: it is loaded with the first script that concerns us. */
  const loadShell = async (): Promise<void> => {
    if (workspace.shell !== undefined || (await settled(() => workspace.of('boot-script'))).length === 0) return;
    try {
      workspace.shell = new Trees(await parserFor('bash'));
    } catch (error) {
      // All but scripts goes on.
      connection.console.error(`the grammar of shell scripts cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  connection.onInitialized(async () => {
    await readSettings();
    workspace.complete = false;
    let complete = true;
    for (const folder of folders) complete = (await workspace.scan(folder, () => new Promise(nextTurn))) && complete;
    workspace.complete = complete;
    await loadShell();
    publishAll();
    void connection.sendNotification('bootscope/indexed', { files: workspace.all().length });
  });
  connection.onDidChangeConfiguration(async () => {
    await readSettings();
    publishAll();
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    for (const { uri, type } of changes) {
      const path = pathOf(uri);
      if (path === undefined) continue;
      files.changed(path);
      if (type === 3) workspace.remove(path);
      else workspace.add(path);
    }
    publishAll();
  });

  documents.onDidChangeContent(({ document }) => {
    rounds.heard();
    const path = pathOf(document.uri);
    if (path === undefined) return;
    files.setOpen(path, document.getText());
    workspace.add(path);
    if (workspace.shell === undefined && workspace.kind(path) === 'boot-script') void loadShell().then(() => publishAll(document.uri));
    else publishAll(document.uri);
  });
  documents.onDidClose(({ document }) => {
    const path = pathOf(document.uri);
    if (path === undefined) return;
    rounds.leave(document.uri);
    files.setClosed(path);
    workspace.changed(path);
    trees.delete(path);
    findings.delete(document.uri);
    published.delete(document.uri);
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });

  connection.onCompletion(({ textDocument, position }) => about(textDocument, ({ service, source }) => service.completion?.(source, position)));
  connection.onCompletionResolve((item) => resolveName(item));
  connection.onHover(({ textDocument, position }) => about(textDocument, ({ service, source }) => service.hover?.(source, position)));
  connection.onDefinition(({ textDocument, position }) => about(textDocument, ({ service, source }) => service.definition?.(source, position)));
  connection.onReferences(({ textDocument, position }) => about(textDocument, ({ service, source }) => service.references?.(source, position)));
  connection.onPrepareRename(({ textDocument, position }) => about(textDocument, ({ service, source }) => service.renameRange?.(source, position)));
  connection.onRenameRequest(({ textDocument, position, newName }) =>
    about(textDocument, ({ service, source }) => {
      const changes = service.rename?.(source, position, newName);
      return changes && workspaceEdit(changes, renamesFiles);
    }),
  );
  connection.languages.callHierarchy.onPrepare(({ textDocument, position }) =>
    about(textDocument, ({ service, source }) => {
      const item = service.flowItem?.(source, position);
      return item && [asItem(item)];
    }),
  );
  connection.languages.callHierarchy.onIncomingCalls(({ item }) => settled(() => incoming(workspace, item).map((one) => ({ from: one.item, fromRanges: one.ranges }))));
  connection.languages.callHierarchy.onOutgoingCalls(({ item }) => settled(() => outgoing(workspace, item).map((one) => ({ to: one.item, fromRanges: one.ranges }))));
  connection.onDocumentSymbol(({ textDocument }) => about(textDocument, ({ service, source }) => service.symbols?.(source)));
  connection.onFoldingRanges(({ textDocument }) => about(textDocument, ({ service, source }) => service.folding?.(source)));
  connection.onDocumentFormatting(({ textDocument }) => (formats ? about(textDocument, ({ service, source }) => service.format?.(source)) : null));
  connection.onDocumentLinks(({ textDocument }) => about(textDocument, ({ service, source }) => service.links?.(source)));
  connection.languages.inlayHint.on(({ textDocument, range }) => about(textDocument, ({ service, source }) => service.inlayHints?.(source, range)));
  connection.languages.semanticTokens.on(({ textDocument }) =>
    settled(() => {
      const builder = new SemanticTokensBuilder();
      const open = sourceOf(textDocument.uri);
      for (const { line, start, length, type } of open?.service.tokens?.(open.source) ?? []) builder.push(line, start, length, tokenTypes.indexOf(type), 0);
      return builder.build();
    }),
  );
  connection.onCodeAction(({ textDocument, range }) =>
    (findings.get(textDocument.uri) ?? []).flatMap((one): CodeAction[] =>
      one.range.end.line < range.start.line || one.range.start.line > range.end.line
        ? []
        : one.fixes.map((fix, index) => ({
            title: fix.title,
            kind: CodeActionKind.QuickFix,
            diagnostics: [asDiagnostic(one)],
            ...(index === 0 && one.fixes.length === 1 ? { isPreferred: true } : {}),
            edit: { changes: editsOf(textDocument.uri, fix) },
          })),
    ),
  );
  connection.onRequest('bootscope/unitGraph', (asked: UnitGraphArguments | null): UnitGraph | Promise<UnitGraph> => settled(() => unitGraph(workspace, asked?.uri === undefined ? undefined : pathOf(asked.uri))));
  documents.listen(connection);
}

const severities = { error: DiagnosticSeverity.Error, warning: DiagnosticSeverity.Warning, information: DiagnosticSeverity.Information, hint: DiagnosticSeverity.Hint } as const;

/** An editor that cannot rename files gets the changes of texts alone. */
function workspaceEdit(changes: readonly RenameChange[], renamesFiles: boolean): WorkspaceEdit {
  const edits = changes.filter((one) => one.edits.length > 0);
  if (!renamesFiles || changes.every((one) => one.renamed === undefined)) return { changes: Object.fromEntries(edits.map(({ path, edits: all }) => [uriOf(path), [...all]])) };
  const renames = changes.flatMap(({ path, renamed }) => (renamed === undefined ? [] : [{ kind: 'rename' as const, oldUri: uriOf(path), newUri: uriOf(renamed) }]));
  return { documentChanges: [...edits.map(({ path, edits: all }) => ({ textDocument: { uri: uriOf(path), version: null }, edits: [...all] })), ...renames] };
}

const editsOf = (uri: string, fix: Fix): Record<string, TextEdit[]> => {
  const all: Record<string, TextEdit[]> = {};
  for (const { path, range, text } of fix.changes) (all[path === undefined ? uri : uriOf(path)] ??= []).push({ range, newText: text });
  return all;
};

const asDiagnostic = (one: Finding): Diagnostic => ({
  range: one.range,
  severity: severities[one.severity],
  code: one.code,
  source: 'bootscope',
  message: one.message,
  ...(one.unnecessary === true ? { tags: [DiagnosticTag.Unnecessary] } : {}),
  ...(one.related.length === 0 ? {} : { relatedInformation: one.related.map(({ path, range, message }) => ({ location: { uri: uriOf(path), range }, message })) }),
});
