import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  contributes: { languages: { id: string; configuration?: string }[]; grammars: { language: string; scopeName: string; path: string }[] };
};

describe('TextMate grammars', () => {
  it.each(['loader-conf', 'redox-init-unit', 'redox-init-script'])('%s colours as its test says', (name) => {
    const file = fs.readdirSync(import.meta.dirname).find((one) => one.startsWith(`${name}.test.`) && !one.endsWith('.ts'))!;
    const output = execFileSync(process.execPath, [path.join(root, 'node_modules/vscode-tmgrammar-test/dist/unit.js'), '-g', `syntaxes/${name}.tmLanguage.json`, path.join('test/syntaxes', file)], { cwd: root, encoding: 'utf8' });
    expect(output).toContain('run successfuly');
  });

  it('are contributed, with a language each and files that exist', () => {
    const ids = manifest.contributes.languages.map((one) => one.id);
    for (const one of manifest.contributes.grammars) {
      expect(ids).toContain(one.language);
      const grammar = JSON.parse(fs.readFileSync(path.join(root, one.path), 'utf8')) as { scopeName: string };
      expect(grammar.scopeName).toBe(one.scopeName);
    }
    for (const one of manifest.contributes.languages) if (one.configuration !== undefined) expect(fs.existsSync(path.join(root, one.configuration))).toBe(true);
  });
});
