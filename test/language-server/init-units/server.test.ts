import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompletionItem, DocumentSymbol, Hover, Location } from 'vscode-languageserver/node';
import { diagnoseUnits } from '../../../language-server/init-units/diagnose';
import { initUnitService } from '../../../language-server/init-units/service';
import { Workspace } from '../../../language-server/workspace/workspace';
import { Client } from '../client';
import { expectAllInside } from '../inside';
import { MemoryFiles } from '../memory-files';
import { trials } from '../../trials';

const good = path.join(import.meta.dirname, '../corpus/good/redox');
const files = Object.fromEntries(
  fs
    .readdirSync(good, { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.statSync(path.join(good, name)).isFile())
    .map((name) => [name, fs.readFileSync(path.join(good, name), 'utf8')]),
);

describe('init units over LSP', () => {
  let client: Client;
  const rootfs = 'base/init.initfs.d/50_rootfs.service';
  beforeAll(async () => {
    client = await Client.start(files);
  });
  afterAll(() => client.stop());
  const hover = async (name: string, line: number, character: number): Promise<string> => ((await client.at<Hover>('hover', name, line, character)).contents as { value: string }).value;
  const labels = async (name: string, line: number, character: number): Promise<string[]> => (await client.at<CompletionItem[]>('completion', name, line, character)).map((one) => one.label);

  it('explains keys, units and their place in the order', async () => {
    expect(await client.open(rootfs, 'redox-init-unit')).toEqual([]);
    expect(await hover(rootfs, 6, 2)).toContain('taken over from init');
    expect(await hover(rootfs, 7, 1)).toContain('never answers');
    expect(await hover(rootfs, 2, 22)).toContain('Started as number 7 of 9 from the initfs');
    expect(await hover(rootfs, 0, 2)).toContain('disk.live');
  });

  it('leads to units and back', async () => {
    expect((await client.at<Location[]>('definition', rootfs, 2, 22))[0]?.uri).toBe(client.uri('base/init.initfs.d/40_drivers.target'));
    expect((await client.at<Location[]>('references', rootfs, 0, 0, { context: { includeDeclaration: false } }))[0]?.uri).toBe(client.uri('base/init.initfs.d/90_initfs.target'));
  });

  it('lists tables and keys, also of units in a configuration', async () => {
    await client.open('config/minimal.toml', 'toml');
    const symbols = await client.about<DocumentSymbol[]>('documentSymbol', 'config/minimal.toml');
    expect(symbols.map((one) => one.name)).toEqual(['30_console', '31_debug_console.service']);
    expect(symbols[1]?.children?.map((one) => one.name)).toContain('requires_weak');
    expect((await client.at<Location[]>('definition', 'config/minimal.toml', 12, 20))[0]?.uri).toBe(client.uri('base/init.d/00_base.target'));
  });

  it('completes keys, values and unit names', async () => {
    await client.change(rootfs, '[unit]\nr\nrequires_weak = ["\n[service]\ntype = \nrestart\n');
    expect(await labels(rootfs, 1, 1)).toContain('requires_weak');
    expect(await labels(rootfs, 2, 18)).toContain('40_drivers.target');
    expect(await labels(rootfs, 4, 7)).toEqual(['notify', 'oneshot', 'oneshot_async', '{ scheme = "…" }']);
    expect(await labels(rootfs, 5, 3)).toContain('cmd');
  });

  it('tells what init refuses while one types', async () => {
    const found = await client.change(rootfs, '[unit]\nrequires_weak = ["40_driver.target"]\n[service]\ncmd = "redoxfs"\ntype = "oneshott"\n');
    expect(found.map((one) => one.code)).toEqual(['init-unit/wrong-type', 'init-unit/missing-unit']);
  });

  it('says nothing that lies outside of any text', () => {
    const piece = fc.constantFrom('[unit]', '[service]', '[[files]]', '\n', 'requires_weak', ' = ', '["a.service"]', '[', ']', '"', '"""', "'''", 'cmd', 'type', '{ scheme = "x" }', 'x.y', '#', '\r', '\r\n', '\u00e9\u{1f600}', '= [\n"a.target",\n]\n', '\\u00', 'true', '1979-05-27', 'path = "/etc/init.d/10_a.service"\n', 'data = """\n');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }).map((all) => all.join('')), fc.constantFrom('/w/init.d/10_a.service', '/w/init.d/10_a', '/w/config/a.toml'), (text, file) => {
        const workspace = new Workspace(new MemoryFiles({ [file]: text }));
        expectAllInside(file, workspace, diagnoseUnits(file, workspace), initUnitService);
      }),
      trials(300),
    );
  });
});
