import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import type { Expression, TypeSyntax } from '../../../debug-adapter/inspect/evaluate/expression';
import { characterValue, numberLiteral, stringBytes } from '../../../debug-adapter/inspect/evaluate/literals';
import { parseExpression } from '../../../debug-adapter/inspect/evaluate/parse';
import { trials } from '../../trials';

const typeShape = (type: TypeSyntax): string => {
  switch (type.kind) {
    case 'named':
      return type.name;
    case 'pointer':
      return `*${typeShape(type.target)}`;
    case 'array':
      return `[${typeShape(type.element)}; ${type.count}]`;
    case 'function':
      return `fn ${typeShape(type.returns)}`;
  }
};

/** With every operator in parentheses. */
const shape = (e: Expression): string => {
  switch (e.kind) {
    case 'number':
    case 'float':
    case 'character':
      return String(e.value);
    case 'string':
      return JSON.stringify(Buffer.from(e.bytes).toString('latin1'));
    case 'name':
      return e.name;
    case 'register':
      return `$${e.name}`;
    case 'member':
      return `${shape(e.object)}.${e.name}`;
    case 'index':
      return `${shape(e.object)}[${shape(e.index)}]`;
    case 'range':
      return `${shape(e.object)}[${e.from ? shape(e.from) : ''}${e.inclusive ? '..=' : '..'}${e.to ? shape(e.to) : ''}]`;
    case 'repeat':
      return `(${shape(e.object)} @ ${shape(e.count)})`;
    case 'unary':
      return `(${e.operator}${shape(e.operand)})`;
    case 'binary':
      return `(${shape(e.left)} ${e.operator} ${shape(e.right)})`;
    case 'conditional':
      return `(${shape(e.condition)} ? ${shape(e.yes)} : ${shape(e.no)})`;
    case 'cast':
      return `(${shape(e.operand)} as ${typeShape(e.type)})`;
    case 'sizeof':
      return `sizeof(${e.type ? typeShape(e.type) : e.operand ? shape(e.operand) : ''})`;
    case 'offsetof':
      return `offsetof(${typeShape(e.type)}, ${e.path})`;
    case 'entries':
      return `entries(${shape(e.head)}, ${typeShape(e.type)}, ${e.path})`;
    case 'assign':
      return `(${shape(e.target)} ${e.operator ?? ''}= ${shape(e.value)})`;
  }
};

const known = (name: string): boolean => name === 'known';

describe('expressions', () => {
  it.each([
    ['a + b * c - d', '((a + (b * c)) - d)'],
    ['a->b.c[1 + 2]', 'a.b.c[(1 + 2)]'],
    ['*p->q', '(*p.q)'],
    ['&x == (void *)0', '((&x) == (0 as *void))'],
    ['(struct mount *)x + 1', '((x as *struct mount) + 1)'],
    ['(const char **)p', '(p as **char)'],
    ['(unsigned long)x >> 4', '((x as unsigned long) >> 4)'],
    ['(int (*)[3])p', '(p as *[int; 3])'],
    ['(void (*)(int))p', '(p as *fn void)'],
    ['(a) - b', '(a - b)'],
    ['(known)-b', '((-b) as known)'],
    ['(known)(x).y', '(x.y as known)'],
    ['x * (known)*p + 1', '((x * ((*p) as known)) + 1)'],
    ['(a)', 'a'],
    ['a & b == c', '(a & (b == c))'],
    ['~a | b ^ c', '((~a) | (b ^ c))'],
    ['a ? b : c ? d : e', '(a ? b : (c ? d : e))'],
    ["c == 'a' || c == '\\n' || c == '\\x41'", "(((c == 97) || (c == 10)) || (c == 65))"],
    ['010 + 10UL + 0x1f', '((8 + 10) + 31)'],
    ['1.5 + 2e3f', '(1.5 + 2000)'],
    ['sizeof(struct mount)', 'sizeof(struct mount)'],
    ['sizeof x', 'sizeof(x)'],
    ['offsetof(struct mount, mnt_stat.f_fstypename[2])', 'offsetof(struct mount, mnt_stat.f_fstypename[2])'],
    ['container_of(p, struct mount, a.b)->c', '(((p as *char) - offsetof(struct mount, a.b)) as *struct mount).c'],
    ['list_entries(&head, struct mount, mnt_list)', 'entries((&head), struct mount, mnt_list)'],
    ['*argv@argc', '((*argv) @ argc)'],
    ["'vfs_mount.c'::mountlist.tqh_first", "'vfs_mount.c'::mountlist.tqh_first"],
    ['$rip == 0x7c00 && !done', '(($rip == 31744) && (!done))'],
    ['name == "a\\"b" "c"', '(name == "a\\"bc")'],
    ['x = y + 1', '(x = (y + 1))'],
    ['flags |= 4', '(flags |= 4)'],
    // What only Rust's grammar takes.
    ['x as *const u8', '(x as *u8)'],
    ['-x as i32', '((-x) as i32)'],
    ['a[1..3]', 'a[1..3]'],
    ['kernel::context::CONTEXTS.0', 'kernel::context::CONTEXTS.0'],
  ])('C: %s', async (text, expected) => {
    expect(shape(await parseExpression(text, 'c', known))).toBe(expected);
  });

  it.each([
    ['a & b == c', '((a & b) == c)'],
    ['x as u64 + 1', '((x as u64) + 1)'],
    ['x as Option<Box<u64>>', '(x as Option<Box<u64>>)'],
    ['x as *const [u8; 4]', '(x as *[u8; 4])'],
    ['x as &str', '(x as *str)'],
    ['&mut x.0.1', '(&x.0.1)'],
    ['p->next.0', 'p.next.0'],
    ['a[..=3]', 'a[..=3]'],
    ['a[2..]', 'a[2..]'],
    ['1_000u64 + 10', '(1000 + 10)'],
    ['010', '10'],
    ["c == 'é' && b == b'\\n'", '((c == 233) && (b == 10))'],
    ['name == "grüße" || raw == r#"a"b"#', '((name == "grÃ¼Ã\u009fe") || (raw == "a\\"b"))'],
    ['if a { b } else { c }', '(a ? b : c)'],
    ['crate::a::B::C', 'a::B::C'],
    ['a::{impl#2}::b', 'a::{impl#2}::b'],
    ['core::mem::size_of::<a::T<u8>>()', 'sizeof(a::T<u8>)'],
    ['offset_of!(a::T, b.0)', 'offsetof(a::T, b.0)'],
    ['$rax as u32', '($rax as u32)'],
    ['x.y = None', '(x.y = None)'],
    // What only C's grammar takes.
    ['(struct mount *)x', '(x as *struct mount)'],
    ['a ? b : c', '(a ? b : c)'],
  ])('Rust: %s', async (text, expected) => {
    expect(shape(await parseExpression(text, 'rust', known))).toBe(expected);
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
    ['a + b.f()', 'BS363', 7],
    ['x as', 'BS360', 5],
    ['1x', 'BS360', 1],
    ['08', 'BS360', 1],
    ['&&x', 'BS360', 1],
    ['1; 2', 'BS360', 2],
    ['1; }', 'BS360', 2],
    ['a, b', 'BS360', 2],
    ['x++', 'BS360', 1],
    ['a + (b))', 'BS360', 8],
    ["a == 'xy'", 'BS360', 6],
    ['a @ b)', 'BS360', 6],
    ['list_entries(a, b)', 'BS360', 1],
    ['x as u64 +', 'BS360', 11],
  ])('"%s" fails at its column', async (text, code, column) => {
    const error = await parseExpression(text).catch((found: unknown) => found);
    expect(error).toBeInstanceOf(BootscopeError);
    expect((error as BootscopeError).code).toBe(code);
    expect((error as BootscopeError).what).toMatch(new RegExp(`^column ${column}:`));
  });

  it('gives a tree or a coded error for any text', async () => {
    const word = fc.constantFrom('a', '(', ')', '[', ']', '*', '&', '+', '-', '->', '.', '1', '0x', 'as', 'sizeof', '<', '>>', '$r', "'a'", "'", '::', 'struct', ' ', '"', 'é', '@', ',', '=', '?', ':', '{', '}', ';', '//', '/*', 'offsetof(', 'container_of(', 'list_entries(', '\n', '\\', '😀');
    const texts = fc.oneof(fc.array(word, { maxLength: 30 }).map((words) => words.join('')), fc.string({ unit: 'binary', maxLength: 40 }));
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom('c' as const, 'rust' as const), async (text, language) => {
        try {
          shape(await parseExpression(text, language, known));
        } catch (error) {
          expect(error).toBeInstanceOf(BootscopeError);
          // The column is a place in the text, or just behind it.
          const column = Number(/^column (\d+)/.exec((error as BootscopeError).what)?.[1]);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(text.length + 1);
        }
      }),
      trials(2000),
    );
  });

  it('is not brought down by depth or length', async () => {
    for (const text of ['('.repeat(3000), '-'.repeat(3000) + '1', `${'('.repeat(500)}1${')'.repeat(500)}`, 'a'.repeat(5000), '[1'.repeat(1000)]) await expect(parseExpression(text)).rejects.toMatchObject({ code: 'BS360' });
  });
});

describe('literals', () => {
  it('reads numbers as their language does', () => {
    expect(numberLiteral('0x1FuL', 'c')).toEqual({ kind: 'number', value: 31n, suffix: { unsigned: true, long: true, decimal: false } });
    expect(numberLiteral("1'000", 'c')).toMatchObject({ value: 1000n });
    expect(numberLiteral('0b101', 'rust')).toMatchObject({ value: 5n });
    expect(numberLiteral('0o17', 'rust')).toMatchObject({ value: 15n });
    expect(numberLiteral('7u8', 'rust')).toMatchObject({ value: 7n, suffix: { type: 'u8' } });
    expect(numberLiteral('1f32', 'rust')).toMatchObject({ kind: 'float', size: 4 });
    for (const bad of ['1f', '0xg', '1u8', '09', '1.2.3']) expect(numberLiteral(bad, 'c'), bad).toBeUndefined();
  });
  it('reads characters and texts', () => {
    expect(characterValue("'\\''")).toBe(39n);
    expect(characterValue("'\\101'")).toBe(65n);
    expect(characterValue("'\\u{1F600}'")).toBe(0x1f600n);
    expect(characterValue("'ab'")).toBeUndefined();
    expect(Buffer.from(stringBytes('"a\\xff\\n"'))).toEqual(Buffer.from([97, 255, 10]));
    expect(Buffer.from(stringBytes('br##"a"#b"##')).toString()).toBe('a"#b');
  });
});
