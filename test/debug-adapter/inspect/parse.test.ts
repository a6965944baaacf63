import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import type { Expression } from '../../../debug-adapter/inspect/evaluate/parse';
import { parseExpression } from '../../../debug-adapter/inspect/evaluate/parse';
import { displayTypeName, rustTypeName } from '../../../debug-adapter/inspect/render/type-names';
import { enumText, quoted } from '../../../debug-adapter/inspect/render/scalars';
import { u32 } from '../chains/fake-machine';

/** With every operator in parentheses. */
const shape = (e: Expression): string => {
  switch (e.kind) {
    case 'number':
    case 'character':
      return String(e.value);
    case 'name':
      return e.name;
    case 'register':
      return `$${e.name}`;
    case 'member':
      return `${shape(e.object)}.${e.name}`;
    case 'index':
      return `${shape(e.object)}[${shape(e.index)}]`;
    case 'unary':
      return `(${e.operator}${shape(e.operand)})`;
    case 'binary':
      return `(${shape(e.left)} ${e.operator} ${shape(e.right)})`;
    case 'cast':
      return `(${shape(e.operand)} as ${'*'.repeat(e.type.pointers)}${e.type.name})`;
    case 'sizeof':
      return `sizeof(${'kind' in e.operand ? shape(e.operand) : `${'*'.repeat(e.operand.pointers)}${e.operand.name}`})`;
  }
};

describe('expressions', () => {
  it.each([
    ['a + b * c - d', '((a + (b * c)) - d)'],
    ['a->b.c[1 + 2]', 'a.b.c[(1 + 2)]'],
    ['*p->q', '(*p.q)'],
    ['&x == (void *)0', '((&x) == (0 as *void))'],
    ['(struct mount *)x + 1', '((x as *struct mount) + 1)'],
    ['(const char **)p', '(p as **char)'],
    ['(unsigned long)x >> 4', '((x as unsigned long) >> 4)'],
    ['(a) - b', '(a - b)'],
    ['(known)-b', '((-b) as known)'],
    ['(a)', 'a'],
    ['x as *const u8', '(x as *u8)'],
    ['x as u64 + 1', '((x as u64) + 1)'],
    ['-x as i32', '((-x) as i32)'],
    ['kernel::context::CONTEXTS.0', 'kernel::context::CONTEXTS.0'],
    ['x as Option<Box<u64>>', '(x as Option<Box<u64>>)'],
    ['$rip == 0x7c00 && !done', '(($rip == 31744) && (!done))'],
    ["c == 'a' || c == '\\n' || c == '\\x41'", "(((c == 97) || (c == 10)) || (c == 65))"],
    ['1_000u64 + 10UL', '(1000 + 10)'],
    ['sizeof(struct mount)', 'sizeof(struct mount)'],
    ['sizeof x', 'sizeof(x)'],
    ['a & b == c', '(a & (b == c))'],
    ['~a | b ^ c', '((~a) | (b ^ c))'],
  ])('%s', (text, expected) => {
    expect(shape(parseExpression(text, (name) => name === 'known'))).toBe(expected);
  });

  it.each([
    ['', 'BS360', 1],
    ['a +', 'BS360', 4],
    ['a b', 'BS360', 3],
    ['(a', 'BS360', 3],
    ['a[1', 'BS360', 4],
    ['a.', 'BS360', 3],
    ['a ? b', 'BS360', 3],
    ['f(1)', 'BS363', 1],
    ['a.f()', 'BS363', 3],
    ['a = 1', 'BS360', 3],
    ['1x', 'BS360', 1],
    ['x as', 'BS360', 5],
    ['&&x', 'BS360', 1],
  ])('"%s" fails at its column', (text, code, column) => {
    try {
      parseExpression(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BootscopeError);
      expect((error as BootscopeError).code).toBe(code);
      expect((error as BootscopeError).what).toMatch(new RegExp(`^column ${column}:`));
    }
  });

  it('gives a tree or a coded error for any text', () => {
    const word = fc.constantFrom('a', '(', ')', '[', ']', '*', '&', '+', '-', '->', '.', '1', '0x', 'as', 'sizeof', '<', '>>', '$r', "'a'", '::', 'struct', ' ', '"', 'é');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        try {
          shape(parseExpression(words.join('')));
        } catch (error) {
          expect(error).toBeInstanceOf(BootscopeError);
        }
      }),
      { numRuns: 3000 },
    );
    expect(() => parseExpression('('.repeat(5000))).toThrow(/nested too deeply/);
    expect(() => parseExpression('-'.repeat(5000))).toThrow(/nested too deeply/);
  });
});

describe('names and texts', () => {
  it('writes C++-like names of Rust types as Rust', () => {
    expect(rustTypeName('enum2$<core::option::Option<u64> >')).toBe('core::option::Option<u64>');
    expect(rustTypeName('ref$<slice2$<u8> >')).toBe('&[u8]');
    expect(rustTypeName('ref_mut$<str$>')).toBe('&mut str');
    expect(rustTypeName('tuple$<u8,ref$<str$>,array$<u32,4> >')).toBe('(u8, &str, [u32; 4])');
    expect(rustTypeName('alloc::boxed::Box<dyn$<core::error::Error>,alloc::alloc::Global>')).toBe('alloc::boxed::Box<dyn core::error::Error,alloc::alloc::Global>');
    expect(rustTypeName('ptr_const$<enum2$<core::result::Result<tuple$<>,ptr_mut$<u8> > > >')).toBe('*const core::result::Result<(),*mut u8>');
    expect(rustTypeName('Option<u64>')).toBe('Option<u64>');
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(rustTypeName(name)).toBeTypeOf('string');
      }),
    );
  });

  it('names enumerators and flags', () => {
    const values = (...pairs: [string, bigint][]) => ({ kind: 'enum' as const, name: 'e', qualifiedName: 'e', language: 'c' as const, size: 4, signed: false, enumerators: pairs.map(([name, value]) => ({ name, value })) });
    const flags = values(['R', 1n], ['W', 2n], ['X', 4n]);
    expect(enumText(flags, 5n)).toBe('R | X');
    expect(enumText(flags, 8n)).toBe('8');
    expect(enumText(flags, 9n)).toBe('R | 0x8');
    expect(enumText(values(['A', 1n], ['B', 2n], ['C', 3n]), 3n)).toBe('C');
    expect(enumText(values(['A', 1n], ['B', 2n], ['C', 3n]), 6n)).toBe('6');
    expect(displayTypeName({ ...flags, name: 'mode' })).toBe('enum mode');
    expect(displayTypeName(u32)).toBe('u32');
  });

  it('escapes what a guest could deceive with', () => {
    expect(quoted('a"b\\c\n\u001b[31m\u202e')).toBe('"a\\"b\\\\c\\n\\u{1b}[31m\\u{202e}"');
  });
});
