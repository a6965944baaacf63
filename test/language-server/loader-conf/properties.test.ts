import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Node } from 'web-tree-sitter';
import { readLine } from '../../../boot/languages/loader-conf';
import { diagnoseConf } from '../../../language-server/loader-conf/diagnose';
import { completeConf } from '../../../language-server/loader-conf/features/completion';
import { formatConf, formatLine } from '../../../language-server/loader-conf/features/format';
import { hoverConf } from '../../../language-server/loader-conf/features/hover';
import { foldingOf, hintsOf, symbolsOf } from '../../../language-server/loader-conf/features/structure';
import { tokensOf } from '../../../language-server/loader-conf/features/tokens';
import { openConf } from '../../../language-server/loader-conf/project';
import { parserFor } from '../../../language-server/grammars/load';
import { Trees } from '../../../language-server/grammars/trees';
import { Workspace } from '../../../language-server/workspace/workspace';
import { MemoryFiles } from '../memory-files';
import { trials } from '../../trials';

const piece = fc.oneof(
  fc.constantFrom('zfs_load', 'mfs_name', 'vfs.root.mountfrom', 'init_script', 'exec', 'kern.hz', '=', '="', '"', '"YES"', ' ', '\t', '# c', '\n', '\n\n', '\r\n', '$', '${x}', '\\', '/a/b', "'", '0x1000', ';', 'ufs:/dev/md0', '\u00e9\u{1f600}'),
  fc.string({ maxLength: 4 }),
);
const anyText = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
const path = '/w/boot/loader.conf';
const workspace = (text: string): Workspace => new Workspace(new MemoryFiles({ [path]: text }));

describe('any text as loader.conf', () => {
  let trees: Trees;
  beforeAll(async () => {
    trees = new Trees(await parserFor('loader-conf'));
  });

  it('gives findings inside the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const lines = text.split('\n');
        const space = workspace(text);
        const project = openConf(path, space);
        for (const one of diagnoseConf(path, space)) {
          for (const place of [one.range.start, one.range.end]) {
            expect(place.line).toBeLessThan(lines.length);
            expect(place.character).toBeLessThanOrEqual(lines[place.line]!.length);
          }
        }
        symbolsOf(project);
        for (const fold of foldingOf(project)) expect(fold.endLine).toBeLessThan(lines.length);
        for (const hint of hintsOf(project, { start: { line: 0, character: 0 }, end: { line: lines.length, character: 0 } })) expect(hint.position.character).toBeLessThanOrEqual(lines[hint.position.line]!.length);
        for (const [line, content] of lines.entries()) {
          hoverConf(project, line, Math.floor(content.length / 2));
          completeConf(project, { line, character: Math.floor(content.length / 2) });
        }
        for (const token of tokensOf(trees.get(`p${text}`, text), 'lua-15')) expect(token.start + token.length).toBeLessThanOrEqual(lines[token.line]!.length);
        trees.delete(`p${text}`);
      }),
      trials(300),
    );
  });

  it('keeps a value without quotes where its comment has one', () => {
    expect(formatLine('a=0 # c"', 'lua-13')).toBe('a=0 # c"');
    expect(formatLine('a=0 # c', 'lua-13')).toBe('a="0" # c');
  });

  it('is formatted once and for all, and means the same afterwards', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('lua-15' as const, 'lua-13' as const, 'forth' as const), (text, rules) => {
        for (const line of text.split('\n')) {
          const once = formatLine(line, rules);
          expect(formatLine(once, rules)).toBe(once);
          const [before, after] = [readLine(line, rules), readLine(once, rules)];
          expect(after.kind).toBe(before.kind);
          if (before.kind === 'setting' && after.kind === 'setting') expect([after.name, after.raw]).toEqual([before.name, before.raw]);
          if (before.kind === 'exec' && after.kind === 'exec') expect(after.command).toBe(before.command);
        }
        expect(formatConf(text, rules).length).toBeLessThanOrEqual(text.split('\n').length);
      }),
      trials(600),
    );
  });

  it('is parsed in pieces as it is in full', () => {
    const shape = (node: Node): string => `${node.type}${node.isMissing ? '!' : ''}[${node.startIndex},${node.endIndex}](${node.children.map((child) => (child === null ? '' : shape(child))).join(' ')})`;
    fc.assert(
      fc.property(anyText, anyText, anyText, anyText, (head, old, fresh, tail) => {
        trees.get('in pieces', head + old + tail);
        const pieces = shape(trees.get('in pieces', head + fresh + tail).rootNode);
        const full = shape(trees.get('in full', head + fresh + tail).rootNode);
        trees.delete('in full');
        trees.delete('in pieces');
        expect(pieces).toBe(full);
      }),
      trials(300),
    );
  });

  it('has a tree that agrees with the loader on every accepted line', () => {
    fc.assert(
      fc.property(anyText.filter((text) => !text.includes('\n')), (line) => {
        const verdict = readLine(line, 'lua-15');
        if (verdict.kind !== 'setting') return;
        const statement = trees.get(line, line).rootNode.namedChildren[0];
        expect(statement?.type).toBe('assignment');
        expect(statement?.hasError).toBe(false);
        expect(statement?.childForFieldName('name')?.text).toBe(verdict.name);
        trees.delete(line);
      }),
      trials(500),
    );
  });
});
