import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const source = path.join(import.meta.dirname, '../../../language-server/grammars/loader-conf');
const sum = (file: string): string => crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex');

describe('the grammar of loader.conf', () => {
  it('was generated from grammar.js as it is (else: node scripts/grammars.mjs)', () => {
    const kept = JSON.parse(fs.readFileSync(path.join(source, 'generated/sums.json'), 'utf8')) as Record<string, string>;
    expect({
      'grammar.js': sum(path.join(source, 'grammar.js')),
      'parser.c': sum(path.join(source, 'generated/parser.c')),
      wasm: sum(path.join(source, 'generated/tree-sitter-loader-conf.wasm')),
    }).toEqual(kept);
  });
});
