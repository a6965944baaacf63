import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { allErrors, errorsPage } from '../../scripts/docs/errors';

describe('errors', () => {
  it('have codes of their own, in the right hundred', () => {
    const codes = allErrors().map((entry) => entry.code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code).toMatch(/^BS[123459]\d\d$/);
  });

  it('say what failed, why and what to do', () => {
    for (const entry of allErrors()) for (const text of [entry.what, entry.likely, entry.next]) expect(text, entry.code).not.toBe('');
  });

  it('stand in docs/errors.md as `npm run docs` writes it', () => {
    expect(fs.readFileSync(path.join(import.meta.dirname, '../../docs/errors.md'), 'utf8')).toBe(errorsPage());
  });
});
